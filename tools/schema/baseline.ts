// deno run -A tools/schema/baseline.ts: writes one migration for each area from the schema files, in the order that a database
// takes them. Only for a project that has no migrations yet: afterwards changes are migrations of their own (new:migration).
import { projectFolder } from "../pack_folders.ts";
import { listAreas, readSchemaFiles } from "./areas.ts";
import { loadSchema, type Placed } from "./load.ts";
import { withEmptyDatabase } from "./empty_database.ts";

/** Text of one area's baseline: its objects, its policies, then rows. */
export function baselineText(area: string, objects: readonly Placed[], rows: readonly Placed[]): string {
  const head = [
    `-- Baseline of ${area}, written by tools/schema/baseline.ts from the files named below, which hold the current text.`,
    "-- Bodies may name what a later statement makes, so they are not checked here; the house tests check every one.",
    "set check_function_bodies = off;",
  ].join("\n");
  return `${
    [head, sections(objects), sections(rows), "reset check_function_bodies;"].filter((part) => part !== "").join("\n\n")
  }\n`;
}

/** The statements of one file stand together below its path. */
function sections(placed: readonly Placed[]): string {
  let path = "";
  return placed.map((one) => {
    const head = one.path === path ? "" : `-- ${one.path}\n\n`;
    path = one.path;
    return head + one.text;
  }).join("\n\n");
}

/**
 * The baselines by area. A row stands at the end of the area whose objects it waited for: those of core come with the audit,
 * to which a job is declared.
 */
export function baselines(placed: readonly Placed[]): Map<string, string> {
  const parts = new Map<string, { readonly objects: Placed[]; readonly rows: Placed[] }>();
  let area = "";
  for (const one of placed) {
    if (one.step !== "row") area = one.area;
    const part = parts.get(area) ?? { objects: [], rows: [] };
    (one.step === "row" ? part.rows : part.objects).push(one);
    parts.set(area, part);
  }
  return new Map([...parts].map(([name, { objects, rows }]) => [name, baselineText(name, objects, rows)]));
}

if (import.meta.main) {
  const folder = `${projectFolder}supabase/migrations`;
  const existing = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".sql"));
  if (existing.length > 0 && !Deno.args.includes("--replace")) {
    console.error(
      `supabase/migrations holds ${existing.length} migrations. A baseline replaces them all: --replace, then task reset.`,
    );
    Deno.exit(1);
  }
  const deltas = existing.filter((name) => !name.endsWith("__baseline.sql"));
  if (deltas.length > 0) {
    console.error(
      `A baseline would delete ${deltas.join(", ")}: projects may have applied it. Draft a change with new:migration.`,
    );
    Deno.exit(1);
  }
  const placed = await withEmptyDatabase("installed", async (sql) => await loadSchema(sql, await readSchemaFiles()));
  // Rewritten baselines keep their day: with another one each would be a new file.
  const [first = ""] = existing.filter((name) => name.endsWith("__baseline.sql")).sort();
  const day = /^\d{8}/.exec(first)?.[0] ?? new Date().toISOString().slice(0, 10).replaceAll("-", "");
  const areas = (await listAreas()).map(({ name }) => name);
  for (const name of existing) await Deno.remove(`${folder}/${name}`);
  for (const [area, text] of baselines(placed)) {
    const file = `${day}${String((areas.indexOf(area) + 1) * 100).padStart(6, "0")}_${area}__baseline.sql`;
    await Deno.writeTextFile(`${folder}/${file}`, text);
    console.log(`wrote supabase/migrations/${file}`);
  }
}

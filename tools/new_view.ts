/**
 * deno task new:view <pack> <view> <resource> --from <table>: writes a view's schema file, a migration that is a copy of it,
 * and its resource, all working as written over the columns that the table has, and brings up to date what is made from them:
 * the registry, the OpenAPI document, the client, the lists in docs/api.md and in the pack's README. A pack that does not
 * exist yet gets what every pack has. What remains is to say what the view computes.
 */
import { access, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import postgres from "postgres";
import { messageOf } from "../stack/stack_error.ts";
import { localDatabaseUrl } from "./local_database.ts";
import { withPackRows, withRow } from "./new_view/api_row.ts";
import { parseWanted, type Wanted } from "./new_view/names.ts";
import { packFiles, unknownValues } from "./new_view/new_pack.ts";
import { type Plan, planView } from "./new_view/plan.ts";
import { resourceSource } from "./new_view/resource.ts";
import { schemaSource } from "./new_view/schema_file.ts";
import { readWithParents, type TableShape } from "./new_view/table.ts";
import { projectFolder } from "./pack_folders.ts";
import { nextMigrationNumber } from "./schema/migration_number.ts";

/**
 * Writes the view's files, and those of its pack where there is none yet. `tables`: the one that the view reads is the last,
 * before it those that its rows refer to. Answers the paths. @throws Error before anything is written
 */
export async function createView(
  wanted: Wanted,
  tables: readonly TableShape[],
  root = projectFolder,
): Promise<string[]> {
  const table = tables.at(-1);
  if (table === undefined) throw new Error(`There is no table to read for the view "${wanted.view}"`);
  const plan = planView(wanted, table);
  const { pack, view, stem } = plan.names;
  const isNew = !await exists(join(root, "packs", pack));
  const names = await readdir(join(root, "supabase/migrations"));
  const taken = names.find((name) => name.slice(14) === `_${pack}__${view}.sql`);
  if (taken !== undefined) {
    throw new Error(
      `View "${view}" already has a migration: ${taken}. Choose another name; a changed view gets one with a reason`,
    );
  }
  const files = new Map([
    [`packs/${pack}/schema/${view}.sql`, schemaSource(plan)],
    // A new object's migration is its text; later changes are drafted by new:migration.
    [
      `supabase/migrations/${nextMigrationNumber(names, new Date())}_${pack}__${view}.sql`,
      schemaSource(plan),
    ],
    [`packs/${pack}/resources/${stem}.ts`, resourceSource(plan)],
    ...(isNew ? [...packFiles(plan, tables)].map(([path, text]) => [`packs/${pack}/${path}`, text] as const) : []),
  ]);
  for (const path of files.keys()) {
    if (await exists(join(root, path))) throw new Error(`There is already a file "${path}": choose another name`);
  }
  for (const [path, text] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text, { flag: "wx" });
  }
  await bringUpToDate(plan, root, { isNew, written: [...files.keys()] });
  return [...files.keys()];
}

async function bringUpToDate(
  plan: Plan,
  root: string,
  { isNew, written }: { readonly isNew: boolean; readonly written: readonly string[] },
): Promise<void> {
  await deno(root, ["fmt", "--quiet", ...written.filter((path) => path.endsWith(".ts"))]);
  await deno(root, ["task", "generate"]);
  await change(join(root, "docs/api.md"), (page) => withRow(page, plan));
  if (!isNew) await change(join(root, "packs", plan.names.pack, "README.md"), (page) => withPackRows(page, plan));
}

async function deno(cwd: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd, env: { NO_COLOR: "1" } }).output();
  if (!success) throw new Error(`deno ${args.join(" ")} failed: ${new TextDecoder().decode(stderr).trim()}`);
}

async function change(path: string, edit: (text: string) => string): Promise<void> {
  await writeFile(path, edit(await readFile(path, "utf8")));
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(() => true, () => false);
}

if (import.meta.main) {
  try {
    const wanted = parseWanted(Deno.args);
    const sql = postgres(await localDatabaseUrl(wanted.database_url), { max: 1, onnotice: () => {} });
    const tables = await readWithParents(sql, wanted.from).finally(() => sql.end());
    const isNew = !await exists(join(projectFolder, "packs", wanted.pack));
    for (const file of await createView(wanted, tables)) console.log(`Wrote ${file}`);
    console.log(
      "Brought up to date: the registry, packs/openapi.json, shared/client, the lists of paths in docs/api.md and in " +
        "the pack's README",
    );
    for (const fault of isNew ? unknownValues(tables) : []) console.log(`Note: ${fault}`);
    console.log(
      "Next: write what the view computes in the schema file, its migration and the resource; then deno task ok and deno task test",
    );
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}

/**
 * deno task new:kind <kind> [--severity error]: writes the files of a new kind of trouble, whose detector finds nothing
 * yet, and drafts their migration. The author then describes the trouble and writes the detector.
 */
import { installNpmParts } from "../stack/npm_parts.ts";
import { messageOf } from "../stack/stack_error.ts";
import { newMigration } from "./new_migration.ts";
import { type NewKind, parseNewKind } from "./new_kind/names.ts";
import { findEvidence, findRepairs, withEvidence, withRepair } from "./new_kind/repair.ts";
import { runbookPage, withRow } from "./new_kind/runbook.ts";
import { neighboursOf, schemaSource } from "./new_kind/schema_file.ts";
import { sqlTestPath, sqlTestSource } from "./new_kind/sql_test.ts";
import { projectFolder } from "./pack_folders.ts";
import { readSchemaFiles } from "./schema/areas.ts";

/** Writes the kind's files, except the migration. @returns their paths @throws Error before anything is written */
export async function writeKind(kind: NewKind, root: string): Promise<string[]> {
  const neighbours = neighboursOf(await readSchemaFiles(root));
  const repairs = await findRepairs(root);
  const evidence = await findEvidence(root);
  const list = `${root}docs/runbook/README.md`;
  const changed = new Map([
    [list, withRow(await Deno.readTextFile(list), kind)],
    [evidence, withEvidence(await Deno.readTextFile(evidence), kind)],
    [repairs, withRepair(await Deno.readTextFile(repairs), kind)],
  ]);
  const made = new Map([
    [`supabase/schemas/audit/kinds/${kind.kind}.sql`, schemaSource(kind, neighbours)],
    [`docs/runbook/${kind.kind}.md`, runbookPage(kind)],
    [sqlTestPath(kind), sqlTestSource(kind, neighbours)],
  ]);
  for (const path of made.keys()) await refuseExisting(kind, root, path);
  for (const [path, text] of made) {
    await Deno.mkdir(`${root}${path}`.replace(/\/[^/]+$/, ""), { recursive: true });
    await Deno.writeTextFile(`${root}${path}`, text, { createNew: true });
  }
  for (const [path, text] of changed) await Deno.writeTextFile(path, text);
  return [...made.keys(), ...[...changed.keys()].map((path) => path.slice(root.length))];
}

async function refuseExisting({ kind }: NewKind, root: string, path: string): Promise<void> {
  const exists = await Deno.stat(`${root}${path}`).then(() => true, () => false);
  if (exists) throw new Error(`Kind "${kind}" has a file already, "${path}": change that one, or choose another name`);
}

/** Regenerates the served runbook and the OpenAPI document, and formats the changed files. */
async function bringUpToDate(root: string, paths: readonly string[]): Promise<void> {
  for (
    const args of [
      ["run", "-A", "tools/generate_runbook.ts"],
      // It lists the pages of the runbook.
      ["run", "-A", "tools/openapi.ts"],
      ["fmt", ...paths.filter((path) => path.endsWith(".ts"))],
    ]
  ) {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
    if (!success) throw new Error(`deno ${args.join(" ")} failed: ${new TextDecoder().decode(stderr).trim()}`);
  }
}

if (import.meta.main) {
  try {
    const kind = parseNewKind(Deno.args);
    await installNpmParts(console.error);
    const paths = await writeKind(kind, projectFolder);
    await bringUpToDate(projectFolder, paths);
    for (const path of paths) console.log(`Wrote ${path}`);
    const wanted = { area: "audit", what: kind.kind };
    for (const line of await newMigration(wanted, projectFolder, (line) => console.error(`… ${line}`))) {
      console.log(line);
    }
    console.log(`To fill in:
  the detector find_${kind.kind}() and the kind's summary in supabase/schemas/audit/kinds/${kind.kind}.sql, and what it is caused by
  docs/runbook/${kind.kind}.md and its line in docs/runbook/README.md
  what an alert says to run first, among REPAIRS, and which fields of the evidence it reads, among EVIDENCE
  a test of what is bad, beside ${sqlTestPath(kind)}
Then delete the migration and draft it again: deno task new:migration audit ${kind.kind}`);
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}

/**
 * deno task new:view <pack> <view> <resource>: writes a view's schema file, a migration of the same text, and its
 * resource, all working as generated, and updates what depends on them: the registry, the OpenAPI document, the client,
 * the lists in docs/api.md and in the pack's README. The author then writes what the view computes.
 */
import { access, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type NewView, parseNewView } from "./new_view/names.ts";
import { migrationSource } from "./new_view/migration.ts";
import { withPackRow, withRow } from "./new_view/api_row.ts";
import { resourceSource } from "./new_view/resource.ts";
import { nextMigrationNumber } from "./schema/migration_number.ts";

const ROOT = new URL("../", import.meta.url);
const MIGRATIONS = new URL("supabase/migrations/", ROOT);

async function create(view: NewView): Promise<string[]> {
  const names = await readdir(MIGRATIONS);
  const taken = names.find((name) => name.slice(14) === `_${view.pack}__${view.view}.sql`);
  if (taken !== undefined) {
    throw new Error(
      `View "${view.view}" already has a migration: ${taken}. Choose another name; a changed view gets one with a reason`,
    );
  }
  const number = nextMigrationNumber(names, new Date());
  const migration = fileURLToPath(new URL(`${number}_${view.pack}__${view.view}.sql`, MIGRATIONS));
  const schema = fileURLToPath(new URL(`packs/${view.pack}/schema/${view.view}.sql`, ROOT));
  const resource = fileURLToPath(new URL(`packs/${view.pack}/resources/${view.stem}.ts`, ROOT));
  // A new object's migration has the same text as its schema file.
  const texts = new Map([[schema, migrationSource(view)], [resource, resourceSource(view)], [
    migration,
    migrationSource(view),
  ]]);
  for (const path of [schema, resource]) await refuseExisting(path);
  for (const [path, text] of texts) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx" });
  }
  return [...texts.keys()];
}

async function refuseExisting(path: string): Promise<void> {
  const exists = await access(path).then(() => true, () => false);
  if (exists) throw new Error(`There is already a file "${path}": choose other names`);
}

async function generate(): Promise<void> {
  const cwd = fileURLToPath(ROOT);
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["task", "generate"], cwd }).output();
  if (!success) throw new Error("What is generated from the resources was not written: run deno task generate");
}

async function listInApi(view: NewView): Promise<void> {
  const page = new URL("docs/api.md", ROOT);
  await writeFile(page, withRow(await readFile(page, "utf8"), view));
}

/** Adds the resource to the pack's README, unless a new pack has none yet: its author writes it. */
async function listInReadme(view: NewView): Promise<void> {
  const page = new URL(`packs/${view.pack}/README.md`, ROOT);
  if (!await access(page).then(() => true, () => false)) return;
  await writeFile(page, withPackRow(await readFile(page, "utf8"), view));
}

if (import.meta.main) {
  try {
    const view = parseNewView(Deno.args);
    const files = await create(view);
    for (const file of files) console.log(`Wrote ${relative(fileURLToPath(ROOT), file)}`);
    await generate();
    await listInApi(view);
    await listInReadme(view);
    console.log(
      "Brought up to date: the registry, shared/http/openapi.json, shared/client, the lists of paths in docs/api.md and in " +
        "the pack's README",
    );
    console.log("Next: write the view's SQL and its columns in the two files, then deno task ok and deno task test");
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
}

import { basename } from "node:path";
import { pushMigrations } from "../../../stack/supabase_cli.ts";
import { listAreas, readSchemaFiles } from "../areas.ts";
import { withEmptyDatabase } from "../empty_database.ts";
import { loadSchema } from "../load.ts";
import { type Draft, draftMigration, type Question, readSide } from "./draft.ts";

/** Which migration is wanted: its area and what it does. */
export interface Wanted {
  readonly area: string;
  readonly what: string;
}

const USAGE =
  "deno task new:migration <area> <what_in_words_joined_by_underscores>, like: deno task new:migration core longer_lock_timeout";

/** @throws Error that names the invalid word, and a valid form */
export async function parseWanted(words: readonly string[], root: string): Promise<Wanted> {
  const [area, what, more] = words;
  if (area === undefined || what === undefined || more !== undefined) throw new Error(`Usage: ${USAGE}`);
  const areas = (await listAreas(root)).map(({ name }) => name);
  if (!areas.includes(area)) throw new Error(`There is no area "${area}": choose from ${areas.join(", ")}`);
  if (!/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(what) || what.length > 80) {
    throw new Error(
      `"${what}" does not say what changes in lower case words joined by underscores, at most 80 characters, like longer_lock_timeout`,
    );
  }
  return { area, what };
}

/** Drafts the migration of one area from the schema files, in two databases that are thrown away. */
export async function askForDraft(area: string, root: string, progress: (line: string) => void): Promise<Draft> {
  const files = await readSchemaFiles(root);
  const migrations = await readMigrations(root);
  progress(`making one database from ${files.length} schema files, and another from ${migrations.size} migrations`);
  const asked: Promise<Question> = withEmptyDatabase("installed", async (sql) => {
    const placed = await loadSchema(sql, files);
    return { area, placed, want: await readSide(sql), migrations };
  });
  const drafted = withEmptyDatabase("installed", async (sql, databaseUrl) => {
    await pushMigrations({ projectFolder: root, databaseUrl });
    const question = await asked;
    progress("comparing the two, and trying what leads from one to the other");
    return await sql.begin((transaction) => draftMigration(transaction, question)) as Draft;
  });
  // Both are waited for, whichever fails: each takes its cluster away.
  const [first, second] = await Promise.allSettled([asked, drafted]);
  if (first.status === "rejected") throw first.reason;
  if (second.status === "rejected") throw second.reason;
  return second.value;
}

export async function readMigrations(root: string): Promise<Map<string, string>> {
  const folder = `${root}supabase/migrations`;
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".sql")).sort();
  return new Map(
    await Promise.all(
      names.map(async (name) => [basename(name), await Deno.readTextFile(`${folder}/${name}`)] as const),
    ),
  );
}

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { withConnection } from "./one_connection.ts";

/**
 * The migration files that were changed after the database applied them: `db push` compares versions only, and does not notice.
 * White space and semicolons are ignored: the CLI's record of a migration differs from the file in nothing else.
 */
export async function editedMigrations(databaseUrl: string, folder: string): Promise<string[]> {
  const applied = await withConnection(databaseUrl, async (sql) => {
    const [record] = await sql`select to_regclass('supabase_migrations.schema_migrations') is not null as exists`;
    if (record?.["exists"] !== true) return new Map<string, string>();
    const rows = await sql<{ version: string; statements: string[] }[]>`
      select version, statements from supabase_migrations.schema_migrations where cardinality(statements) > 0`;
    return new Map(rows.map(({ version, statements }) => [version, squeezed(statements.join("\n"))]));
  });
  const edited: string[] = [];
  for (const file of (await readdir(folder)).sort()) {
    const text = applied.get(/^(\d+)_.*\.sql$/.exec(file)?.[1] ?? "");
    if (text !== undefined && text !== squeezed(await readFile(join(folder, file), "utf8"))) edited.push(file);
  }
  return edited;
}

/** The message with the remedy; null when no applied migration was edited. */
export function aboutEdited(files: readonly string[]): string | null {
  if (files.length === 0) return null;
  const these = files.length === 1 ? `${files[0]} was` : `${files.join(", ")} were`;
  return `${these} changed after this database applied ${
    files.length === 1 ? "it" : "them"
  }, and the change is not in the ` +
    "database: deno task reset, then deno task start, applies the files as they are and loads the samples again; " +
    "a project that others have applied it to needs a new migration instead";
}

function squeezed(sql: string): string {
  return sql.replaceAll(/[\s;]+/g, "");
}

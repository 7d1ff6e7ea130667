import type postgres from "postgres";
import { OuladError } from "./oulad_error.ts";

/**
 * The packs are those whose migrations made the tables which are written to.
 * Refuses a database whose tables have our names and are another project's: nothing but the history of migrations tells
 * them apart, and rows that were written there would be hard to take out again.
 */
export async function requireOwnTables(
  sql: postgres.TransactionSql,
  server: string,
  packs: readonly string[],
): Promise<void> {
  const [history] = await sql`select to_regclass('supabase_migrations.schema_migrations') is not null as exists`;
  const names = history?.exists === true
    ? (await sql<{ name: string | null }[]>`select name from supabase_migrations.schema_migrations`).map((row) =>
      row.name
    )
    : [];
  const missing = packs.filter((pack) => !names.some((name) => name?.startsWith(`${pack}__`)));
  if (missing.length === 0) return;
  throw new OuladError(
    `The database at ${server} has no migration of the pack ${
      missing.join(" and of the pack ")
    }, so the tables of these ` +
      "names in it, if there are any, are another project's. Nothing was written",
    "push the migrations to it first (docs/deploy.md), or name another database with --db-url URL",
  );
}

import type postgres from "postgres";
import { OuladError } from "./oulad_error.ts";

/** The migrations that made the tables which are written to: of the arena, and of the training pack. */
const MAKERS = ["arena", "training"] as const;

/**
 * Refuses a database whose tables have our names and are another project's: nothing but the history of migrations tells
 * them apart, and rows that were written there would be hard to take out again.
 */
export async function requireOwnTables(sql: postgres.TransactionSql, databaseUrl: string): Promise<void> {
  const [history] = await sql`select to_regclass('supabase_migrations.schema_migrations') is not null as exists`;
  const names = history?.exists === true
    ? (await sql<{ name: string | null }[]>`select name from supabase_migrations.schema_migrations`).map((row) =>
      row.name
    )
    : [];
  const missing = MAKERS.filter((pack) => !names.some((name) => name?.startsWith(`${pack}__`)));
  if (missing.length === 0) return;
  throw new OuladError(
    `The database at ${new URL(databaseUrl).host} has no migration of the pack ${
      missing.join(" and of the pack ")
    }, so the tables of these ` +
      "names in it, if there are any, are another project's. Nothing was written",
    "push the migrations to it first (docs/deploy.md), or name another database with --db-url URL",
  );
}

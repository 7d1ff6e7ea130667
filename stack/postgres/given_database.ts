import postgres from "postgres";
import { messageOf, StackError } from "../stack_error.ts";
import { findStrangers } from "./strangers.ts";

/**
 * Looks at a database that was given, before anything is written to it. Answers whether it can have the real pg_cron.
 * Throws when it cannot be reached, and when it holds what neither an earlier start nor a migration of this project made.
 */
export async function examineGiven(databaseUrl: string, migrationsFolder: string): Promise<"real" | "stand-in"> {
  const sql = postgres(databaseUrl, {
    max: 1,
    connect_timeout: 10,
    connection: { default_transaction_read_only: true },
  });
  const { host, pathname } = new URL(databaseUrl);
  try {
    const [row] = await sql`
      select exists (select from pg_catalog.pg_available_extensions where name = 'pg_cron')
        and coalesce(current_setting('cron.database_name', true) = current_database(), false) as usable`.catch(
      (error) => {
        throw unreachable(error, `${host}${pathname}`);
      },
    );
    refuseStrangers(await findStrangers(sql, migrationsFolder), `${host}${pathname}`);
    return row?.usable === true ? "real" : "stand-in";
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** A server that refuses the login or the database runs, so starting it would mend nothing. */
function unreachable(error: unknown, where: string): StackError {
  const isRefusal = error instanceof postgres.PostgresError;
  return new StackError(
    `the database at ${where}, given by --db-url or FRESHET_DATABASE_URL, ` +
      `${isRefusal ? "cannot be used" : "does not answer"}: ${messageOf(error)}`,
    `${isRefusal ? "correct the address, or create what it names" : "start it"}; or leave --db-url out and unset ` +
      "FRESHET_DATABASE_URL: a private cluster is made",
    { cause: error },
  );
}

function refuseStrangers(strangers: readonly string[], where: string): void {
  if (strangers.length === 0) return;
  const named = strangers.slice(0, 5).join(", ") + (strangers.length > 5 ? ` and ${strangers.length - 5} more` : "");
  throw new StackError(
    `the database at ${where} belongs to something else: no migration of this project made ${named}. ` +
      "Nothing was written to it",
    "give an empty database (createdb freshet), or leave --db-url out and unset FRESHET_DATABASE_URL: a private cluster " +
      "is made",
  );
}

import postgres from "postgres";
import { messageOf, StackError } from "../stack_error.ts";
import { findStrangers } from "./strangers.ts";

/**
 * Looks at a database that was given, before anything is written to it. Answers whether it can have the real pg_cron.
 * Throws when it cannot be reached, and when it holds objects that neither an earlier start nor a migration of this project made.
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
    refuseForeignRoles(await foreignRoles(sql), host);
    return row?.usable === true ? "real" : "stand-in";
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** A server that refuses the login or the database is running, so starting it would not help. */
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

/** Those that roles.sql makes, or changes. */
const ROLES = [
  ...["anon", "authenticated", "service_role", "authenticator", "supabase_auth_admin", "supabase_storage_admin"],
  ...["dashboard_user", "supabase_read_only_user", "postgres"],
];

/**
 * Roles of the server that have our names and that no start made. A database in which migrations of ours were applied has had
 * a start, perhaps one that did not mark them yet; a superuser named postgres is left as it is.
 */
async function foreignRoles(sql: postgres.Sql): Promise<string[]> {
  const [table] = await sql`select to_regclass('supabase_migrations.schema_migrations') is not null as is_ours`;
  if (table?.["is_ours"] === true) return [];
  const rows = await sql`
    select r.rolname from pg_catalog.pg_roles as r
    where r.rolname = any (${ROLES}) and not (r.rolname = 'postgres' and r.rolsuper)
      and pg_catalog.shobj_description(r.oid, 'pg_authid') is distinct from 'made by the local stack of Freshet'
    order by 1`;
  return rows.map((row) => String(row["rolname"]));
}

function refuseForeignRoles(roles: readonly string[], where: string): void {
  if (roles.length === 0) return;
  throw new StackError(
    `the server at ${where} has roles of its own with names that a start would make: ${
      roles.join(", ")
    }. It would change ` +
      "their attributes, limits and memberships in every database of that server. Nothing was written to it",
    "give a database of a server that has no such role, drop those that nothing uses, or leave --db-url out and unset " +
      "FRESHET_DATABASE_URL: a private cluster is made",
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

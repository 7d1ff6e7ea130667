import postgres from "postgres";
import { messageOf, StackError } from "../stack_error.ts";

/** Whether the database of DATABASE_URL can have the real pg_cron. Throws when it cannot be reached at all. */
export async function cronOfServer(databaseUrl: string): Promise<"real" | "stand-in"> {
  const sql = postgres(databaseUrl, { max: 1, connect_timeout: 10 });
  try {
    const [row] = await sql`
      select exists (select from pg_catalog.pg_available_extensions where name = 'pg_cron')
        and coalesce(current_setting('cron.database_name', true) = current_database(), false) as usable`;
    return row?.usable === true ? "real" : "stand-in";
  } catch (error) {
    throw new StackError(
      `the database of DATABASE_URL does not answer: ${messageOf(error)}`,
      "start it, or unset DATABASE_URL: a private cluster is made",
      { cause: error },
    );
  } finally {
    await sql.end({ timeout: 1 });
  }
}

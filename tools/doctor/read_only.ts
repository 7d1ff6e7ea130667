import postgres from "postgres";
import { messageOf } from "../../stack/stack_error.ts";
import { connectionUrl } from "./address.ts";
import { DoctorError } from "./doctor_error.ts";

export type Session = postgres.TransactionSql;

/**
 * Runs a body in one read-only transaction, on one snapshot, with short time limits: the examination must not make the
 * trouble of a database worse.
 *
 * @throws DoctorError if the database cannot be reached, or if a transaction id was assigned, which means a write
 */
export async function readOnly<Result>(url: string, body: (session: Session) => Promise<Result>): Promise<Result> {
  const sql = postgres(connectionUrl(url), {
    max: 1,
    connect_timeout: 15,
    // Poolers in transaction mode do not support prepared statements.
    prepare: false,
    onnotice: () => {},
    ...encryption(url),
  });
  try {
    await sql`select 1`.catch((error: unknown) => {
      throw new DoctorError(
        `the database at ${new URL(url).host} cannot be asked: ${messageOf(error)}`,
        "see that the address is right, and that this machine may reach it (db.<ref>.supabase.co has an IPv6 address only; without IPv6 take the session pooler: postgresql://postgres.<ref>:<password>@aws-0-<region>.pooler.supabase.com:5432/postgres)",
      );
    });
    const result = await sql.begin("isolation level repeatable read read only", async (session) => {
      // Set here, not as startup parameters, which a pooler drops.
      await session`set local application_name = 'freshet doctor'`;
      await session`set local statement_timeout = '20s'`;
      await session`set local lock_timeout = '500ms'`;
      await session`set local idle_in_transaction_session_timeout = '60s'`;
      const answer = await body(session);
      const [row] = await session`select pg_current_xact_id_if_assigned() is null as wrote_nothing`;
      if (row?.["wrote_nothing"] !== true) {
        throw new DoctorError(
          "a check wrote to the database, and was rolled back",
          "report this as a defect of Freshet",
        );
      }
      return { answer };
    });
    return result.answer as Result;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Uses TLS if the server supports it, unless the URL says otherwise; our own local clusters have no TLS. */
function encryption(url: string): { ssl?: "prefer" } {
  const { hostname, searchParams } = new URL(url);
  const is_local = hostname === "127.0.0.1" || hostname === "localhost" || hostname === "";
  return is_local || searchParams.has("sslmode") || searchParams.has("ssl") ? {} : { ssl: "prefer" };
}

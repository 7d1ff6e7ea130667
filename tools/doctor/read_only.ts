import postgres from "postgres";
import { messageOf } from "../../stack/stack_error.ts";
import { connectionUrl } from "./address.ts";
import { DoctorError } from "./doctor_error.ts";

export type Session = postgres.TransactionSql;

/**
 * Runs a body in one read-only transaction, on one snapshot, with limits of its own: a database in trouble must not get
 * into more of it by being looked at.
 *
 * @throws DoctorError when the database cannot be reached, or when a transaction id was assigned after all
 */
export async function readOnly<Result>(url: string, body: (session: Session) => Promise<Result>): Promise<Result> {
  const sql = postgres(connectionUrl(url), {
    max: 1,
    connect_timeout: 15,
    // Poolers in transaction mode know no prepared statements.
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
      // Said here and not at the session's start: a pooler keeps no startup parameters.
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

/** Encrypted if the server supports it and the address does not forbid it; our own clusters have no TLS. */
function encryption(url: string): { ssl?: "prefer" } {
  const { hostname, searchParams } = new URL(url);
  const is_local = hostname === "127.0.0.1" || hostname === "localhost" || hostname === "";
  return is_local || searchParams.has("sslmode") || searchParams.has("ssl") ? {} : { ssl: "prefer" };
}

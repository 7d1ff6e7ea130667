import postgres from "postgres";
import { ignoreLateWrites } from "./late_writes.ts";

/** How long to wait for the client to report more exactly why the connection closed. */
const GRACE_MS = 200;

/**
 * Works on one connection and ends it. Rejects when the server closes it: begin() of postgres.js 3.4.9 does not always, it may
 * send "rollback" to the closed socket and wait for an answer.
 */
export async function withConnection<T>(
  databaseUrl: string,
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  ignoreLateWrites();
  const lost = Promise.withResolvers<never>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const sql = postgres(databaseUrl, {
    max: 1,
    max_lifetime: null,
    onnotice: () => {},
    onclose: () => {
      timer ??= setTimeout(() => lost.reject(new LostConnection(databaseUrl)), GRACE_MS);
    },
  });
  try {
    return await Promise.race([work(sql), lost.promise]);
  } finally {
    await sql.end({ timeout: 1 });
    clearTimeout(timer);
  }
}

class LostConnection extends Error {
  override readonly name = "LostConnection";
  readonly code = "CONNECTION_CLOSED";
  constructor(databaseUrl: string) {
    super(`the server at ${new URL(databaseUrl).host} closed the connection`);
  }
}

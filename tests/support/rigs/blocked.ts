import type postgres from "postgres";
import { pause } from "../../../stack/pause.ts";

/** The server process of a client with one connection. */
export async function pidOf(sql: postgres.ISql): Promise<number> {
  const [row] = await sql`select pg_backend_pid() as pid`;
  return Number(row?.["pid"]);
}

/**
 * Returns when a server process waits for a lock that another one holds.
 *
 * @param work what the process does
 * @throws Error if the work ends without having waited, or does not begin to wait within 30 s
 */
export async function untilBlocked(sql: postgres.ISql, pid: number, work: Promise<unknown>): Promise<void> {
  let is_over = false;
  work.finally(() => is_over = true).catch(() => {});
  for (const began = Date.now(); !is_over && Date.now() - began < 30_000;) {
    const [row] = await sql`select cardinality(pg_blocking_pids(${pid})) > 0 as is_blocked`;
    if (row?.["is_blocked"] === true) return;
    await pause(5);
  }
  throw new Error(`process ${pid} did not wait for a lock`);
}

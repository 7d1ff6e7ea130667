import { connect, within } from "./connection.ts";

/** As many as a job of the queue does in one session. */
const MOST_VIEWS = 8;

/** The time limit of this connection's own statements, and of the answer to them. */
const ANSWER_MS = 60_000;

/** For the answer of a statement that the server has ended at its time limit. */
const GRACE_MS = 10_000;

/** A timer with a longer time rings at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * Works through the refresh queue as its jobs do, on a session of its own: the heartbeat goes on meanwhile.
 *
 * @param stop no further view is begun
 * @param cut ends the session at once
 * @throws Error where an answer does not come in time: the connection may be half open while the heartbeat's is not
 * @returns the number of views that were refreshed, or tried
 */
export async function drain(url: string, stop: AbortSignal, cut: AbortSignal): Promise<number> {
  const sql = connect(url, "freshet listener refreshing");
  const end = () => sql.end({ timeout: 0 });
  cut.addEventListener("abort", end);
  let view_count = 0;
  try {
    for (let place = 0; place < MOST_VIEWS && !stop.aborted && !cut.aborted; place++) {
      await within(ANSWER_MS, sql`select freshet.claim_refresh()`);
      const [claim] = await within(
        ANSWER_MS,
        sql`
          select current_setting('freshet.claimed_view', true) as view,
            current_setting('freshet.queue_is_empty', true) as is_empty,
            (select setting::float8 from pg_catalog.pg_settings where name = 'statement_timeout') as limit_ms`,
      );
      if (claim?.["is_empty"] === "yes") break;
      if (!claim?.["view"]) continue;
      // The statement before has set this one's time limit.
      const patience_ms = Math.min(Number(claim["limit_ms"]) + GRACE_MS, LONGEST_TIMER_MS);
      await within(patience_ms, sql`select freshet.run_refresh()`);
      view_count += 1;
    }
  } finally {
    cut.removeEventListener("abort", end);
    await end();
  }
  return view_count;
}

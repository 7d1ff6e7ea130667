import { connect } from "./connection.ts";

/** As many as a job of the queue does in one session. */
const MOST_VIEWS = 8;

/**
 * Works through the refresh queue as its jobs do, on a session of its own: the heartbeat goes on meanwhile.
 *
 * @param stop no further view is begun
 * @param cut ends the session at once
 * @returns the number of views that were refreshed, or tried
 */
export async function drain(url: string, stop: AbortSignal, cut: AbortSignal): Promise<number> {
  const sql = connect(url, "freshet listener refreshing");
  const end = () => sql.end({ timeout: 0 });
  cut.addEventListener("abort", end);
  let view_count = 0;
  try {
    for (let place = 0; place < MOST_VIEWS && !stop.aborted && !cut.aborted; place++) {
      await sql`select freshet.claim_refresh()`;
      const [claim] = await sql`
        select current_setting('freshet.claimed_view', true) as view, current_setting('freshet.queue_is_empty', true) as is_empty`;
      if (claim?.["is_empty"] === "yes") break;
      if (!claim?.["view"]) continue;
      // The statement before has set this one's time limit.
      await sql`select freshet.run_refresh()`;
      view_count += 1;
    }
  } finally {
    cut.removeEventListener("abort", end);
    await end();
  }
  return view_count;
}

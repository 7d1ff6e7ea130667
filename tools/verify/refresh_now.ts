import { pause } from "../../stack/pause.ts";
import type { Connection } from "./connection.ts";
import { VerifyError } from "./verify_error.ts";

const ATTEMPTS = 240;

/** Refreshes a view. If a scheduled refresh is running, ours is skipped: waits and tries again. */
export async function refreshNow(service: Connection, view: string): Promise<{ readonly milliseconds: number }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const began = performance.now();
    const { outcome } = await service.refreshView(view);
    if (outcome !== "skipped_busy") return { milliseconds: performance.now() - began };
    await pause(500);
  }
  throw new VerifyError(
    `${view} has been refreshed by another session for ${ATTEMPTS / 2} seconds`,
    "look for the backend that holds its lock in pg_stat_activity",
  );
}

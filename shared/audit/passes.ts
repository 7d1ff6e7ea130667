import { AppError } from "../kernel/app_error.ts";
import { computeCalendar } from "./calendar/calendar.ts";
import type { Calendar } from "./calendar/request.ts";
import type { AuditPass } from "./pass.ts";
import type { AuditDatabase } from "./ports.ts";
import type { Clock } from "../kernel/ports.ts";
import { scrubMessage } from "../kernel/scrub/message.ts";

/** The result of the passes of one call. */
export type Audited =
  | { readonly kind: "done"; readonly pass: AuditPass }
  /** Another audit is running. */
  | { readonly kind: "busy" }
  | { readonly kind: "failed"; readonly reason: string; readonly error: unknown };

/** How often a pass that fails is tried, each time with half as much to read. */
const ATTEMPTS = 3;

/**
 * Passes over the history until no run is left or the time is over: a backlog is processed in portions that each fit into the
 * statement timeout of the database. Throws nothing: earlier alerts still have to be delivered.
 *
 * @param until milliseconds since the epoch; no pass begins after it
 */
export async function runPasses(
  { database, clock, until }: { readonly database: AuditDatabase; readonly clock: Clock; readonly until: number },
): Promise<Audited> {
  let done: AuditPass | null = null;
  let attempts = 0;
  while (true) {
    try {
      const pass = await auditOnce(database, false);
      if (pass === null) return done === null ? { kind: "busy" } : { kind: "done", pass: done };
      done = done === null ? pass : sum(done, pass);
      attempts = 0;
      if (!pass.has_backlog || clock.now() >= until) return { kind: "done", pass: done };
    } catch (error) {
      attempts += 1;
      // Also after the last attempt: the next call begins with the smaller portion.
      const has_shrunk = await shrink(database);
      if (has_shrunk && attempts < ATTEMPTS && clock.now() < until) continue;
      // The results of the passes before it are kept; the next call goes on from there.
      return done === null ? { kind: "failed", reason: reasonOf(error), error } : { kind: "done", pass: done };
    }
  }
}

/** One pass. An error of the calendar affects only what is reported about slots. */
export async function auditOnce(database: AuditDatabase, dry_run: boolean): Promise<AuditPass | null> {
  return await database.pass({ dry_run, calendar: await calendarOf(database) });
}

/** The reason in words that may be sent out: the message of a foreign error may not. */
export function reasonOf(error: unknown): string {
  if (error instanceof AppError) return scrubMessage(error.defect ?? error.message);
  return `an unexpected ${error instanceof Error ? error.name : typeof error} in the audit's own code`;
}

async function calendarOf(database: AuditDatabase): Promise<Calendar | null> {
  try {
    const request = await database.calendar();
    return request === null ? null : computeCalendar(request);
  } catch (error) {
    return { jobs: [], failure: reasonOf(error) };
  }
}

async function shrink(database: AuditDatabase): Promise<boolean> {
  try {
    await database.shrink();
    return true;
  } catch {
    // The database cannot be reached at all, and the pass has reported that already.
    return false;
  }
}

function sum(earlier: AuditPass, later: AuditPass): AuditPass {
  return {
    ...later,
    run_count: earlier.run_count + later.run_count,
    opened: earlier.opened + later.opened,
    closed: earlier.closed + later.closed,
  };
}

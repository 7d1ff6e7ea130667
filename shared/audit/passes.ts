import { AppError } from "../kernel/app_error.ts";
import { computeCalendar } from "./calendar/calendar.ts";
import type { Calendar } from "./calendar/request.ts";
import type { AuditPass } from "./pass.ts";
import type { AuditDatabase } from "./ports.ts";
import type { Clock } from "../kernel/ports.ts";
import { scrubMessage } from "../kernel/scrub/message.ts";

/** What became of the passes of one call. */
export type Audited =
  | { readonly kind: "done"; readonly pass: AuditPass }
  /** Another audit is at it. */
  | { readonly kind: "busy" }
  | { readonly kind: "failed"; readonly reason: string; readonly error: unknown };

/** A pass that fails is tried again, each time with half as much to read. */
const ATTEMPTS = 3;

/**
 * Passes over the history until nothing waits any more or the time is over, so that a backlog is eaten in portions of which
 * each fits the time that the database gives a statement. Throws nothing: alerts of before wait to be told.
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
      // Also after the last attempt: the next call begins with what this one has learnt.
      const has_shrunk = await shrink(database);
      if (has_shrunk && attempts < ATTEMPTS && clock.now() < until) continue;
      // What the passes before it found is found; the next call goes on from there.
      return done === null ? { kind: "failed", reason: reasonOf(error), error } : { kind: "done", pass: done };
    }
  }
}

/** One pass. What is wrong with the calendar ends nothing but what is said of slots. */
export async function auditOnce(database: AuditDatabase, dry_run: boolean): Promise<AuditPass | null> {
  return await database.pass({ dry_run, calendar: await calendarOf(database) });
}

/** What went wrong, in words that may leave the house: what others wrote into an error may not. */
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
    // The database is away altogether, and the pass has said so already.
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

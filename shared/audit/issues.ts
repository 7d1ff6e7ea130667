import { type AlertEvent, alertEvent } from "./event.ts";
import type { LeasedResolution } from "./leased.ts";
import type { AuditDatabase } from "./ports.ts";
import type { Clock } from "../kernel/ports.ts";

/** What to do with an issue. */
export interface Closing {
  readonly opened_event_id: string;
  readonly resolve: boolean;
  /** Without secrets; the same for each attempt. */
  readonly comment: string;
}

/** The result of the call of the receiver's API. */
export type ClosingAnswer =
  /** The note says what was left out, if anything was. */
  | { readonly kind: "done"; readonly note: string | null }
  /** Try this one later; others may succeed. */
  | { readonly kind: "retry"; readonly error: string }
  /** No other would succeed now: send nothing for this many seconds. */
  | { readonly kind: "stop"; readonly seconds: number; readonly error: string };

/** Closes issues at the receiver of the alerts. */
export interface IssueTracker {
  close(closing: Closing): Promise<ClosingAnswer>;
}

export interface ClosingOptions {
  readonly database: AuditDatabase;
  /** null: no token, so a recovery is an event. */
  readonly issues: IssueTracker | null;
  readonly clock: Clock;
  /** Milliseconds since the epoch; nothing begins after it. */
  readonly deadline: number;
  readonly runbook_url: string;
}

/** Three calls of the API, each with a timeout. */
const LEASE_SECONDS = 60;
const BACKOFF_SECONDS = [5, 60, 300, 900, 3_600] as const;
const FAILURES_TO_STOP = 3;

/**
 * Closes the issues of incidents that are over, one by one, after the alerts of the pass. At least once, like alerts: closing a
 * closed issue changes nothing, and an existing comment is not written again. A failure is retried for a week; after ten
 * minutes the recovery is also sent as an event.
 *
 * @returns how many were closed, or commented where they stay open
 */
export async function closeIssues({ database, issues, clock, deadline, runbook_url }: ClosingOptions): Promise<number> {
  let closed = 0;
  for (let failures = 0; issues !== null && failures < FAILURES_TO_STOP && clock.now() < deadline;) {
    const resolution = await database.leaseResolution(LEASE_SECONDS);
    if (resolution === null) break;
    const answer = await issues.close({
      opened_event_id: resolution.opened_event_id,
      resolve: resolution.is_newest,
      comment: commentOf(resolution, runbook_url),
    });
    if (answer.kind === "done") {
      if (await database.acknowledgeResolution(resolution, answer.note)) closed += 1;
      failures = 0;
      continue;
    }
    const seconds = answer.kind === "stop" ? answer.seconds : backoff(resolution.attempt_count);
    await database.deferResolution(resolution, { seconds, error: answer.error });
    if (answer.kind === "stop") break;
    failures += 1;
  }
  return closed;
}

function backoff(attempt: number): number {
  return BACKOFF_SECONDS[Math.min(attempt, BACKOFF_SECONDS.length) - 1] ?? 3_600;
}

/** The title of the recovery's event. The number makes the comments of two incidents differ. */
function commentOf({ event_id, payload, is_newest }: LeasedResolution, runbook_url: string): string {
  const event: AlertEvent = alertEvent({ event_id, transition: "recovered", payload }, runbook_url);
  const still = is_newest ? "" : " The issue stays open for a newer incident.";
  return `${event.title} (${event.occurred_at}, incident ${payload.incident_id}).${still}`;
}

import type { Calendar, CalendarRequest } from "./calendar/request.ts";
import type { AlertEvent } from "./event.ts";
import type { JobCheckIn, LeasedResolution } from "./leased.ts";
import type { AuditPass, Backlog, LeasedAlert } from "./pass.ts";
import type { SendAnswer } from "./verdict.ts";

/** How a delivery went as a whole, as health keeps it. */
export type ChannelState = "ok" | "unconfigured" | "limited" | "failing" | "refused";

/** What may be held back on its own when the receiver asks for silence. */
export type AlertCategory = "events" | "check_ins";

/** Which lease an answer belongs to: one with an older token changes nothing. */
export type Lease = Pick<LeasedAlert, "event_id" | "lease_token">;

export type ResolutionLease = Pick<LeasedResolution, "event_id" | "resolve_token">;

/** The audit's side of the database: each method is one call of one SQL function. */
export interface AuditDatabase {
  /** What the calendar of the next pass is computed from; null when pg_cron cannot be read. */
  calendar(): Promise<CalendarRequest | null>;
  /** null: another audit is at it. */
  pass(options: PassOptions): Promise<AuditPass | null>;
  /** Halves what a pass reads at most, after one that failed; answers what it is now. */
  shrink(): Promise<number>;
  /** Writes down why the pass of this call failed; answers whether the receiver holds check-ins off. */
  noteFailure(reason: string): Promise<boolean>;
  /**
   * Of the alerts that are due one that was tried least, borrowed for so many seconds; null when there is none.
   *
   * @param resolving this sender closes issues: no recovery then, unless that has failed for ten minutes
   */
  lease(seconds: number, resolving: boolean): Promise<LeasedAlert | null>;
  acknowledge(lease: Lease): Promise<boolean>;
  defer(lease: Lease, delay: { readonly seconds: number; readonly error: string }): Promise<boolean>;
  park(lease: Lease, error: string): Promise<boolean>;
  hold(category: AlertCategory, seconds: number): Promise<void>;
  /** A recovery whose issue is to be closed, borrowed for so many seconds; null when there is none. */
  leaseResolution(seconds: number): Promise<LeasedResolution | null>;
  acknowledgeResolution(lease: ResolutionLease, note: string | null): Promise<boolean>;
  deferResolution(
    lease: ResolutionLease,
    delay: { readonly seconds: number; readonly error: string },
  ): Promise<boolean>;
  /** The newest runs that the monitors of jobs have not been told. */
  dueCheckIns(): Promise<readonly JobCheckIn[]>;
  acknowledgeCheckIn(checkIn: JobCheckIn): Promise<void>;
  /** false: the audit's own monitor was told as often within a minute as the receiver listens. */
  claimHeartbeat(): Promise<boolean>;
  record(state: ChannelState, detail: string | null): Promise<Backlog>;
}

export interface PassOptions {
  readonly dry_run: boolean;
  /** null: nothing is said of slots. */
  readonly calendar: Calendar | null;
}

/** The receiver of alerts and check-ins. */
export interface AlertSender {
  send(event: AlertEvent): Promise<SendAnswer>;
  /** Says that the audit itself is alive, or why it could not see, or failed: scrubbed already. */
  checkIn(status: "ok" | "error", reason?: string): Promise<SendAnswer>;
  /** Says how the newest run of a job ended, to a monitor of its own. */
  checkInJob(checkIn: JobCheckIn): Promise<SendAnswer>;
}

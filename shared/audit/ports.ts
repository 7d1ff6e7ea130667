import type { Calendar, CalendarRequest } from "./calendar/request.ts";
import type { AlertEvent } from "./event.ts";
import type { JobCheckIn, LeasedResolution } from "./leased.ts";
import type { AuditPass, Backlog, LeasedAlert } from "./pass.ts";
import type { SendAnswer } from "./verdict.ts";

/** The result of a whole delivery, as health shows it. */
export type ChannelState = "ok" | "unconfigured" | "limited" | "failing" | "refused";

/** What the receiver can ask to hold back separately. */
export type AlertCategory = "events" | "check_ins";

/** Which lease an answer belongs to: one with an older token changes nothing. */
export type Lease = Pick<LeasedAlert, "event_id" | "lease_token">;

export type ResolutionLease = Pick<LeasedResolution, "event_id" | "resolve_token">;

/** The audit's side of the database: each method is one call of one SQL function. */
export interface AuditDatabase {
  /** What the calendar of the next pass is computed from; null when pg_cron cannot be read. */
  calendar(): Promise<CalendarRequest | null>;
  /** null: another audit is running. */
  pass(options: PassOptions): Promise<AuditPass | null>;
  /** Halves what a pass reads at most, after a pass that failed; answers the new value. */
  shrink(): Promise<number>;
  /** Stores why the pass of this call failed; answers whether the receiver asked to hold check-ins. */
  noteFailure(reason: string): Promise<boolean>;
  /**
   * Leases, for this many seconds, one of the due alerts that were tried least; null when there is none.
   *
   * @param resolving this sender closes issues: then no recovery is leased, unless closing has failed for ten minutes
   */
  lease(seconds: number, resolving: boolean): Promise<LeasedAlert | null>;
  acknowledge(lease: Lease): Promise<boolean>;
  defer(lease: Lease, delay: { readonly seconds: number; readonly error: string }): Promise<boolean>;
  park(lease: Lease, error: string): Promise<boolean>;
  hold(category: AlertCategory, seconds: number): Promise<void>;
  /** Leases, for this many seconds, a recovery whose issue is to be closed; null when there is none. */
  leaseResolution(seconds: number): Promise<LeasedResolution | null>;
  acknowledgeResolution(lease: ResolutionLease, note: string | null): Promise<boolean>;
  deferResolution(
    lease: ResolutionLease,
    delay: { readonly seconds: number; readonly error: string },
  ): Promise<boolean>;
  /** The newest runs that are not yet reported to the monitors of their jobs. */
  dueCheckIns(): Promise<readonly JobCheckIn[]>;
  acknowledgeCheckIn(checkIn: JobCheckIn): Promise<void>;
  /** false: this minute's limit of check-ins for the audit's own monitor is used up. */
  claimHeartbeat(): Promise<boolean>;
  noteReadAddress(note: ReadAddressNote): Promise<void>;
  noteClaimPaths(paths: ClaimPathsNote): Promise<void>;
  record(state: ChannelState, detail: string | null): Promise<Backlog>;
}

/** What was found at the address of read replicas. */
export interface ReadAddressNote {
  readonly fault: string | null;
  readonly lag_ms: number | null;
}

/** Where the functions look for claims of the project's own tokens: names, the outermost first. */
export interface ClaimPathsNote {
  readonly org: readonly string[];
  readonly org_role: readonly string[];
  readonly admin: readonly string[];
}

export interface PassOptions {
  readonly dry_run: boolean;
  /** null: slots are not judged. */
  readonly calendar: Calendar | null;
}

/** The receiver of alerts and check-ins. */
export interface AlertSender {
  send(event: AlertEvent): Promise<SendAnswer>;
  /** Reports that the audit itself is alive, or why it could not see, or failed: already scrubbed. */
  checkIn(status: "ok" | "error", reason?: string): Promise<SendAnswer>;
  /** Reports how the newest run of a job ended, to the monitor of that job. */
  checkInJob(checkIn: JobCheckIn): Promise<SendAnswer>;
}

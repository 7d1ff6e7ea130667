import type { CalendarRequest } from "../../../shared/audit/calendar/request.ts";
import type { Alert, AuditPass, LeasedAlert } from "../../../shared/audit/pass.ts";
import type { JobCheckIn, LeasedResolution } from "../../../shared/audit/leased.ts";
import type {
  AlertCategory,
  AuditDatabase,
  ChannelState,
  ClaimPathsNote,
  PassOptions,
  ReadAddressNote,
} from "../../../shared/audit/ports.ts";

interface Row {
  readonly alert: Alert;
  state: "pending" | "delivered" | "parked";
  attempts: number;
  token: number;
  error: string | null;
  /** Seconds of its last delay; a deferred row does not become due by itself, because no time passes here. */
  deferred: number | null;
}

/** An outbox in memory that follows the SQL functions' rules, as far as a sender can observe them. */
export class FakeAuditDatabase implements AuditDatabase {
  readonly rows: Row[];
  readonly holds: Partial<Record<AlertCategory, number>> = {};
  readonly recorded: { readonly state: ChannelState; readonly detail: string | null }[] = [];
  readonly passes: PassOptions[] = [];
  request: CalendarRequest | null = null;
  outcome: AuditPass["outcome"] = "ok";
  check_ins_held = false;
  may_beat = true;
  check_ins: readonly JobCheckIn[] = [];
  readonly told: JobCheckIn[] = [];
  /** Recoveries whose issue must be closed. */
  resolutions: LeasedResolution[] = [];
  readonly resolved: { readonly event_id: string; readonly note: string | null }[] = [];
  readonly unresolved: { readonly event_id: string; readonly seconds: number; readonly error: string }[] = [];
  /** The error that pass() throws, if any: `fault_count` times, then it succeeds. */
  fault: Error | null = null;
  fault_count = Infinity;
  /** The error that all other calls throw, if any. */
  outage: Error | null = null;
  /** Number of passes that leave a backlog. */
  backlog = 0;
  is_busy = false;
  batch_size = 10_000;
  readonly failures: string[] = [];
  readonly looks: ReadAddressNote[] = [];
  readonly claim_paths: ClaimPathsNote[] = [];

  constructor(alerts: readonly Alert[] = []) {
    this.rows = alerts.map((alert) => ({
      alert,
      state: "pending",
      attempts: 0,
      token: 0,
      error: null,
      deferred: null,
    }));
  }

  noteClaimPaths(paths: ClaimPathsNote): Promise<void> {
    if (this.outage !== null) return Promise.reject(this.outage);
    this.claim_paths.push(paths);
    return Promise.resolve();
  }

  noteReadAddress(note: ReadAddressNote): Promise<void> {
    if (this.outage !== null) return Promise.reject(this.outage);
    this.looks.push(note);
    return Promise.resolve();
  }

  calendar(): Promise<CalendarRequest | null> {
    if (this.outage !== null) return Promise.reject(this.outage);
    return Promise.resolve(this.request);
  }

  pass(options: PassOptions): Promise<AuditPass | null> {
    this.passes.push(options);
    if (this.fault !== null && this.fault_count-- > 0) return Promise.reject(this.fault);
    if (this.is_busy) return Promise.resolve(null);
    return Promise.resolve({
      audited_at: "2026-11-20T10:00:00Z",
      outcome: this.outcome,
      reasons: [],
      run_count: 7,
      has_backlog: this.backlog-- > 0,
      opened: this.rows.length,
      closed: 0,
      open_incidents: this.rows.length,
      check_ins_held: this.check_ins_held,
      alerts: this.rows.map((row) => row.alert),
    });
  }

  shrink(): Promise<number> {
    if (this.outage !== null) return Promise.reject(this.outage);
    return Promise.resolve(this.batch_size /= 2);
  }

  noteFailure(reason: string): Promise<boolean> {
    if (this.outage !== null) return Promise.reject(this.outage);
    this.failures.push(reason);
    return Promise.resolve(this.check_ins_held);
  }

  lease(): Promise<LeasedAlert | null> {
    if (this.outage !== null) return Promise.reject(this.outage);
    const due = this.rows.filter((one) => one.state === "pending" && one.deferred === null);
    const row = this.holds.events === undefined ? due.toSorted((a, b) => a.attempts - b.attempts)[0] : undefined;
    if (row === undefined) return Promise.resolve(null);
    row.token += 1;
    row.attempts += 1;
    return Promise.resolve({ ...row.alert, lease_token: row.token, attempt_count: row.attempts });
  }

  acknowledge(lease: Pick<LeasedAlert, "event_id" | "lease_token">): Promise<boolean> {
    return this.#settle(lease, (row) => row.state = "delivered");
  }

  defer(lease: Pick<LeasedAlert, "event_id" | "lease_token">, delay: { seconds: number; error: string }) {
    return this.#settle(lease, (row) => {
      row.deferred = delay.seconds;
      row.error = delay.error;
    });
  }

  park(lease: Pick<LeasedAlert, "event_id" | "lease_token">, error: string): Promise<boolean> {
    return this.#settle(lease, (row) => {
      row.state = "parked";
      row.error = error;
    });
  }

  hold(category: AlertCategory, seconds: number): Promise<void> {
    this.holds[category] = seconds;
    return Promise.resolve();
  }

  leaseResolution(): Promise<LeasedResolution | null> {
    return Promise.resolve(this.resolutions.shift() ?? null);
  }

  acknowledgeResolution({ event_id }: Pick<LeasedResolution, "event_id">, note: string | null): Promise<boolean> {
    this.resolved.push({ event_id, note });
    return Promise.resolve(true);
  }

  deferResolution({ event_id }: Pick<LeasedResolution, "event_id">, delay: { seconds: number; error: string }) {
    this.unresolved.push({ event_id, ...delay });
    return Promise.resolve(true);
  }

  dueCheckIns(): Promise<readonly JobCheckIn[]> {
    return Promise.resolve(this.check_ins.filter((one) => !this.told.includes(one)));
  }

  acknowledgeCheckIn(checkIn: JobCheckIn): Promise<void> {
    this.told.push(checkIn);
    return Promise.resolve();
  }

  claimHeartbeat(): Promise<boolean> {
    return Promise.resolve(this.may_beat);
  }

  record(state: ChannelState, detail: string | null) {
    if (this.outage !== null) return Promise.reject(this.outage);
    this.recorded.push({ state, detail });
    const count = (wanted: Row["state"]) => this.rows.filter((row) => row.state === wanted).length;
    return Promise.resolve({ pending: count("pending"), parked: count("parked") });
  }

  /** Lets time pass: deferred and held rows become due. */
  wait(): void {
    for (const row of this.rows) row.deferred = null;
    delete this.holds.events;
    delete this.holds.check_ins;
  }

  #settle(lease: Pick<LeasedAlert, "event_id" | "lease_token">, change: (row: Row) => void): Promise<boolean> {
    const row = this.rows.find((one) => one.alert.event_id === lease.event_id && one.token === lease.lease_token);
    if (row === undefined || row.state !== "pending") return Promise.resolve(false);
    change(row);
    return Promise.resolve(true);
  }
}

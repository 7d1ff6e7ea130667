/** Moments are ISO timestamps with an offset. */
type Moment = string;

/** One attempt to refresh a view, from the ledger. */
export interface OpsViewRefresh {
  readonly refresh_id: number;
  readonly requested_by: "schedule" | "manual" | "request" | "change";
  readonly outcome: "refreshed" | "skipped_clean" | "skipped_busy" | "failed";
  readonly started_at: Moment;
  /** Null where its end is not known. */
  readonly duration_ms: number | null;
  /** Rows of the view afterwards; null where they were not counted. */
  readonly row_count: number | null;
  /** Of a view that is refreshed by group: rows inserted, changed or deleted. */
  readonly changed_count: number | null;
  /** Of a view that is refreshed by group: groups that changes had touched; null where any may have changed. */
  readonly group_count: number | null;
  /**
   * Of a view that is refreshed by group: why everything was computed. `any_group_may_have_changed`: a first fill, a truncated
   * source, a write that was not logged by key. `due_or_cheaper`: the regular proof was due, or so many groups had changed.
   * Null where only groups, or nothing, was computed.
   */
  readonly rebuilt_because: "any_group_may_have_changed" | "due_or_cheaper" | null;
}

/** A registered view. */
export interface OpsView {
  readonly view: string;
  readonly pack: string;
  /** `table`: only the groups are refreshed that changes touched. */
  readonly form: "materialized_view" | "table";
  /** `unfilled`: it was never refreshed. `stale`: its age is over the objective. */
  readonly state: "fresh" | "stale" | "unfilled";
  /** Seconds since its rows were last known to equal their sources. */
  readonly age_seconds: number | null;
  readonly objective_seconds: number;
  readonly verified_at: Moment | null;
  readonly refreshed_at: Moment | null;
  readonly version: number;
  /** As its last refresh counted, else the planner's estimate; null where neither is known. */
  readonly row_count: number | null;
  readonly is_row_count_estimated: boolean;
  /** On disk: the table with its indexes. */
  readonly byte_count: number | null;
  readonly job: string;
  readonly schedule: string;
  /** By its schedule; null where that is not known. */
  readonly next_refresh_at: Moment | null;
  /** The shortest time between two refreshes that changes of the sources cause; null: by its schedule alone. */
  readonly refresh_on_change_seconds: number | null;
  /** The newest failure among `refreshes`; null if none of them failed. */
  readonly last_error: {
    readonly refresh_id: number;
    readonly at: Moment;
    readonly sqlstate: string | null;
    readonly message: string | null;
  } | null;
  /** The last 30, newest first. */
  readonly refreshes: readonly OpsViewRefresh[];
  /** Of those of `refreshes` that refreshed. */
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  /** Milliseconds of refresh for each day, over `cost_seconds`; null where that is less than an hour. */
  readonly cost_ms_per_day: number | null;
  /** The span over which the cost was measured: seven days, or less where the last 1,000 attempts or the ledger are shorter. */
  readonly cost_seconds: number;
}

/** A run of a job, as a mark. */
export interface OpsRunMark {
  readonly runid: number;
  readonly status: "starting" | "connecting" | "sending" | "running" | "succeeded" | "failed";
  readonly started_at: Moment | null;
  readonly duration_ms: number | null;
}

/** A job of pg_cron, declared or not. */
export interface OpsJob {
  readonly job: string;
  readonly jobid: number | null;
  readonly view: string | null;
  /** False: nobody said that it should be there. `adopt` declares it as it is scheduled now. */
  readonly is_declared: boolean;
  readonly scheduled_count: number;
  readonly is_active: boolean;
  /** False: its schedule, command, owner or database is another than the declared one. */
  readonly is_as_declared: boolean;
  readonly schedule: string;
  readonly owner: string;
  readonly database: string;
  readonly late_after_seconds: number | null;
  readonly max_runtime_seconds: number | null;
  readonly failure_threshold: number | null;
  readonly recovery_threshold: number | null;
  readonly severity: string | null;
  /** Null unless it is muted now. */
  readonly muted_until: Moment | null;
  /** Who muted it; null unless it is muted now, and where that was done by SQL. */
  readonly mute: {
    readonly action_id: number;
    readonly acted_at: Moment;
    readonly operator_kind: OpsAction["operator_kind"];
    readonly operator_id: string | null;
    readonly reason: string | null;
  } | null;
  readonly paused_until: Moment | null;
  readonly declared_at: Moment | null;
  /** When it is due next. */
  readonly next_slot_at: Moment | null;
  readonly missed_slot_at: Moment | null;
  readonly last_run: {
    readonly runid: number;
    readonly status: string;
    readonly message: string | null;
    readonly started_at: Moment | null;
    readonly ended_at: Moment | null;
  } | null;
  /** Its last 30 among the newest 20,000 runs of all jobs, newest first. */
  readonly recent_runs: readonly OpsRunMark[];
  /** Of those of `recent_runs` that succeeded. */
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly open_incidents: readonly {
    readonly incident_id: number;
    readonly kind: string;
    readonly severity: string;
    readonly opened_at: Moment;
  }[];
}

/** A run of pg_cron's history. */
export interface OpsRun {
  readonly runid: number;
  readonly job: string;
  readonly status: string;
  readonly started_at: Moment | null;
  readonly ended_at: Moment | null;
  readonly duration_ms: number | null;
  readonly message: string | null;
}

export interface OpsIncident {
  readonly incident_id: number;
  /** A page of the runbook. */
  readonly kind: string;
  readonly subject: string;
  readonly fingerprint: string;
  readonly severity: "fatal" | "error" | "warning" | "info";
  readonly state: "open" | "closed";
  readonly summary: string;
  readonly message: string | null;
  readonly job: string | null;
  readonly view: string | null;
  readonly schedule: string | null;
  readonly runid: number | null;
  readonly sqlstate: string | null;
  readonly occurrence_count: number;
  readonly first_seen_at: Moment;
  readonly last_seen_at: Moment;
  readonly opened_at: Moment;
  readonly closed_at: Moment | null;
  readonly resolution: string | null;
  /** The incident that this one follows from. */
  readonly cause_id: number | null;
  readonly muted_until: Moment | null;
  readonly announced_at: Moment | null;
  /** Address of its page. */
  readonly runbook: string;
  /** Read it before you run it. */
  readonly repair_sql: string | null;
  readonly alerts: readonly {
    readonly event_id: string;
    readonly transition: string;
    readonly state: string;
    readonly attempt_count: number;
    readonly delivered_at: Moment | null;
    readonly last_error: string | null;
    readonly resolved_at: Moment | null;
    readonly resolve_error: string | null;
  }[];
}

/** An alert of the outbox. */
export interface OpsAlert {
  readonly event_id: string;
  readonly incident_id: number;
  readonly kind: string;
  readonly subject: string;
  readonly transition: "opened" | "recovered";
  /** `parked`: the receiver refused it for good. */
  readonly state: "pending" | "delivered" | "parked";
  readonly created_at: Moment;
  /** Until its delivery, or until now. */
  readonly age_seconds: number;
  readonly attempt_count: number;
  /** Of a pending one: not before. A moment that has passed means with the next pass of the audit. */
  readonly next_attempt_at: Moment | null;
  /** Somebody is sending it until then; null where nobody is. */
  readonly lease_until: Moment | null;
  readonly delivered_at: Moment | null;
  readonly last_error: string | null;
  /** Of a recovery: when its issue was closed, and why it was not. */
  readonly resolved_at: Moment | null;
  readonly resolve_error: string | null;
}

/** The whole outbox, whatever the page. */
export interface OpsOutboxTotals {
  readonly pending_count: number;
  readonly parked_count: number;
  /** Null where none waits. */
  readonly oldest_undelivered_seconds: number | null;
}

/** What an operator did. */
export interface OpsAction {
  readonly action_id: number;
  readonly acted_at: Moment;
  readonly operator_kind: "user" | "secret_key";
  /** The user's id; null for the secret key. */
  readonly operator_id: string | null;
  readonly action: "mute" | "unmute" | "adopt" | "refresh";
  /** The job, the view or the pack. */
  readonly subject: string;
  readonly reason: string | null;
  /** Of a mute. */
  readonly muted_until: Moment | null;
  /** Of a refresh: the `id` of `GET /ops/refreshes/<id>`. */
  readonly refresh_request_id: number | null;
  /** `X-Request-Id` of the call, as the log has it. */
  readonly request_id: string | null;
}

/**
 * Figures of one isolate since its start. A deployment has many, which come and go, and a call reaches any of them: no total
 * can be had from them. Totals are in the function's log.
 */
export interface OpsCache {
  readonly isolate: {
    /** Tells one isolate from another. */
    readonly isolate_id: string;
    readonly started_at: Moment;
    readonly age_seconds: number;
    readonly request_count: number;
    /** Requests by where their answer came from. `none`: nothing was read, as for this request and for a refused one. */
    readonly answers: Readonly<
      Record<
        | "none"
        | "not_modified"
        | "memory"
        | "shared"
        | "source"
        | "person"
        | "collapsed"
        | "previous"
        | "stale",
        number
      >
    >;
    readonly misses: { readonly memory: number; readonly shared: number };
    /** Calls of Redis that failed, by what was asked of it. */
    readonly shared_failures: Readonly<Record<"read" | "acquire" | "commit" | "count", number>>;
    /** Calls of Redis that were left out, since it had just failed. */
    readonly shared_skipped: number;
    readonly memory: { readonly entry_count: number; readonly byte_count: number; readonly most_bytes: number };
  };
  /** Whether the deployment has a Redis. */
  readonly has_shared: boolean;
}

import type { AlertPayload } from "./pass.ts";

/**
 * Which fields of the evidence the repair of each kind reads. The SQL of the kind writes them: a test holds each name to that.
 * Only types are made of this, so the functions do not load it.
 */
export const EVIDENCE = {
  claims_differ: [],
  replica_lost: [],
  answer_failed: [],
  audit_failed: [],
  blind: [],
  bundled_refreshes: ["job"],
  default_partition_used: ["repair_hint"],
  detached: ["pid"],
  detector_failed: [],
  duplicated: ["duplicates", "foreign_duplicates"],
  edited: ["job", "jobid"],
  failed: ["runid", "job"],
  flapping: [],
  groups_slow: ["view", "repair_hint"],
  history_bloat: [],
  history_lost: [],
  history_off: [],
  http_failed: ["job", "failure_class"],
  http_untracked: ["jobs"],
  inactive: ["job", "jobid"],
  infrastructure: [],
  listener_silent: [],
  lock_wait: ["pid"],
  locking_refresh: ["job", "jobid"],
  missed: ["job"],
  missing: ["job"],
  near_timeout: ["job"],
  net_open: [],
  net_tampered: [],
  net_worker_gone: [],
  never_fires: ["jobid"],
  not_refreshable: ["view"],
  not_refreshed: ["view", "job"],
  orphan_owner: ["owner", "jobids"],
  pile_up: ["job"],
  read_only: ["owner"],
  refresh_denied: ["view", "owner", "jobid"],
  renamed: ["job", "jobid", "renamed_to"],
  restarted: [],
  row_collapse: ["view"],
  scheduler_gone: [],
  secret_missing: [],
  source_stopped: ["view"],
  source_unwatched: ["view"],
  unexplained_rows: ["view"],
  slow_read: [],
  slow_statement: [],
  stale: ["view", "job"],
  storm: [],
  stuck: ["pid"],
  timed_out: ["job"],
  timezone_ignored: [],
  too_fast: ["job"],
  undeclared: ["job", "jobid", "owner"],
  unknown_outcome: ["job"],
  unpopulated: ["view"],
  unrefreshed: ["views"],
  unset_timeout: ["job"],
  wrong_host: ["job", "jobid"],
  zombie: ["runid"],
} as const satisfies Readonly<Record<string, readonly (keyof AlertPayload)[]>>;

export type AlertKind = keyof typeof EVIDENCE;

/** What every incident has, whatever its evidence. */
type IncidentFields = Pick<AlertPayload, "kind" | "subject" | "incident_id">;

/** An alert's payload as the repair of its kind sees it: the incident, and the evidence that the kind is declared with. */
export type PayloadOf<Kind extends AlertKind> = IncidentFields & Pick<AlertPayload, (typeof EVIDENCE)[Kind][number]>;

/** The first SQL to run, of some of the kinds. */
export type Repairs<Kind extends AlertKind> = { readonly [K in Kind]: (payload: PayloadOf<K>) => string };

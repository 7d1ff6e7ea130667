/** Severities of findings, worst first. */
export const SEVERITIES = ["fatal", "error", "warning", "info"] as const;
export type Severity = typeof SEVERITIES[number];

/**
 * The kinds that the doctor can find, with the audit's names and severities (analytics.alert_kinds); a test keeps them
 * equal. The audit finds more kinds: those that need a declaration, a ledger or more than one look.
 */
export const KINDS = {
  blind: "fatal",
  bundled_refreshes: "warning",
  detached: "warning",
  duplicated: "warning",
  edited: "warning",
  failed: "error",
  history_bloat: "warning",
  history_off: "error",
  http_failed: "error",
  http_untracked: "error",
  inactive: "error",
  infrastructure: "error",
  lock_wait: "warning",
  locking_refresh: "warning",
  missed: "error",
  missing: "error",
  near_timeout: "warning",
  net_open: "info",
  net_tampered: "fatal",
  net_worker_gone: "fatal",
  never_fires: "error",
  not_refreshable: "error",
  orphan_owner: "fatal",
  pile_up: "warning",
  read_only: "fatal",
  refresh_denied: "error",
  renamed: "warning",
  restarted: "warning",
  scheduler_gone: "fatal",
  secret_missing: "fatal",
  stale: "error",
  stuck: "error",
  timed_out: "error",
  timezone_ignored: "warning",
  too_fast: "warning",
  undeclared: "info",
  unpopulated: "error",
  unrefreshed: "warning",
  unset_timeout: "warning",
  wrong_host: "error",
  zombie: "warning",
} as const satisfies Readonly<Record<string, Severity>>;

export type Kind = keyof typeof KINDS;

import { incidentPage, jobPage, runPage } from "../../shared/core/ops.ts";
import { FakeOperations } from "./fake_operations.ts";

/** What no answer may repeat. */
const LEAK = "ERROR:  duplicate key (email)=(anna@example.com) already exists, token sb_secret_0123456789abcdef0123";

/** An incident, as the database answers it. */
export const INCIDENT = {
  incident_id: 7,
  state: "open",
  cause_id: null,
  announced_at: "2026-11-20T10:00:01+00:00",
  muted_until: null,
  payload: {
    kind: "failed",
    subject: "refresh-mv_a",
    fingerprint: "failed:refresh-mv_a",
    severity: "error",
    summary: "A run of a job ended in failure.",
    incident_id: 7,
    streak: 3,
    first_seen_at: "2026-11-20T09:00:00+00:00",
    last_seen_at: "2026-11-20T10:00:00+00:00",
    opened_at: "2026-11-20T09:00:02+00:00",
    closed_at: null,
    resolution: null,
    job: "refresh-mv_a",
    runid: 41,
    sqlstate: "23505",
    message: LEAK,
    something_internal: "anna@example.com",
  },
  alerts: [{
    event_id: "0".repeat(32),
    transition: "opened",
    state: "delivered",
    attempt_count: 1,
    delivered_at: "2026-11-20T10:00:02+00:00",
    last_error: null,
    resolved_at: null,
    resolve_error: null,
  }],
};

export const RUN = {
  runid: 41,
  job: "refresh-mv_a",
  status: "failed",
  started_at: "2026-11-20T09:00:00+00:00",
  ended_at: null,
  duration_ms: null,
  message: LEAK,
};

export const JOB = {
  job: "refresh-mv_a",
  jobid: 3,
  view: "mv_a",
  is_declared: true,
  scheduled_count: 1,
  is_active: true,
  is_as_declared: true,
  schedule: "0 * * * *",
  owner: "postgres",
  database: "postgres",
  late_after_seconds: 300,
  max_runtime_seconds: 600,
  failure_threshold: 1,
  recovery_threshold: 1,
  severity: null,
  muted_until: null,
  paused_until: null,
  next_slot_at: "2026-11-20T10:00:00+00:00",
  missed_slot_at: null,
  declared_at: "2026-11-20T09:00:00+00:00",
  last_run: { runid: 41, status: "failed", message: LEAK, started_at: null, ended_at: null },
  open_incidents: [{ incident_id: 7, kind: "failed", severity: "error", opened_at: "2026-11-20T09:00:02+00:00" }],
};

/** Operations that hold one row of each list. */
export function operationsWithRows(): FakeOperations {
  const operations = new FakeOperations();
  operations.kept = {
    incidents: incidentPage.parse({ rows: [INCIDENT], next_cursor: null }).rows,
    jobs: jobPage.parse({ rows: [JOB], next_cursor: null }).rows,
    runs: runPage.parse({ rows: [RUN], next_cursor: null }).rows,
  };
  return operations;
}

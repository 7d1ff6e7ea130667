import { z } from "zod";
import { utcTimestamp } from "../kernel/utc_timestamp.ts";

const moment = utcTimestamp.nullable();

const refresh = z.object({
  refresh_id: z.int(),
  requested_by: z.enum(["schedule", "manual", "request", "change"]),
  outcome: z.enum(["refreshed", "skipped_clean", "skipped_busy", "failed"]),
  started_at: utcTimestamp,
  /** Null where its end is not known. */
  duration_ms: z.int().nullable(),
  /** Rows of the view afterwards. */
  row_count: z.int().nullable(),
  /** Of a view that is refreshed by group: rows inserted, changed or deleted. */
  changed_count: z.int().nullable(),
  /** Of a view that is refreshed by group: groups that changes had touched; null where any may have changed. */
  group_count: z.int().nullable(),
  /** Of a view that is refreshed by group: why everything was computed; null where it was not. */
  rebuilt_because: z.enum(["any_group_may_have_changed", "due_or_cheaper"]).nullable(),
});

const view = z.object({
  view: z.string(),
  pack: z.string(),
  form: z.enum(["materialized_view", "table"]),
  state: z.enum(["fresh", "stale", "unfilled"]),
  age_seconds: z.int().nullable(),
  objective_seconds: z.int(),
  verified_at: moment,
  refreshed_at: moment,
  version: z.int(),
  row_count: z.int().nullable(),
  is_row_count_estimated: z.boolean(),
  byte_count: z.int().nullable(),
  job: z.string(),
  schedule: z.string(),
  next_refresh_at: moment,
  refresh_on_change_seconds: z.int().nullable(),
  last_error: z.object({
    refresh_id: z.int(),
    at: utcTimestamp,
    sqlstate: z.string().nullable(),
    message: z.string().nullable(),
  }).nullable(),
  refreshes: z.array(refresh),
  p50_ms: z.int().nullable(),
  p95_ms: z.int().nullable(),
  cost_ms_per_day: z.int().nullable(),
  cost_seconds: z.int(),
});

/** The answer of the database. Messages are unscrubbed, and are scrubbed before they are served. */
export const viewPage = z.object({ rows: z.array(view), next_cursor: z.string().nullable() });

export type View = z.output<typeof view>;

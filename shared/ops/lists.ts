import { z } from "zod";
import { alertPayload } from "../audit/pass.ts";
import type { Acting, Action, JobAction } from "./actions.ts";
import type { Alert, OutboxTotals } from "./outbox.ts";
import type { View } from "./views.ts";
import { utcTimestamp } from "../kernel/utc_timestamp.ts";

const moment = utcTimestamp.nullable();

const incident = z.object({
  incident_id: z.int(),
  state: z.enum(["open", "closed"]),
  cause_id: z.int().nullable(),
  announced_at: moment,
  muted_until: moment,
  payload: alertPayload,
  alerts: z.array(z.object({
    event_id: z.string(),
    transition: z.string(),
    state: z.string(),
    attempt_count: z.int(),
    delivered_at: moment,
    /** Why it waits or was refused, as the receiver put it. */
    last_error: z.string().nullable(),
    /** Of a recovery: when its issue was closed, and why it was not. */
    resolved_at: moment,
    resolve_error: z.string().nullable(),
  })),
});

const job = z.object({
  job: z.string(),
  jobid: z.int().nullable(),
  view: z.string().nullable(),
  is_declared: z.boolean(),
  scheduled_count: z.int(),
  is_active: z.boolean(),
  is_as_declared: z.boolean(),
  schedule: z.string(),
  owner: z.string(),
  database: z.string(),
  late_after_seconds: z.int().nullable(),
  max_runtime_seconds: z.int().nullable(),
  failure_threshold: z.int().nullable(),
  recovery_threshold: z.int().nullable(),
  severity: z.string().nullable(),
  muted_until: moment,
  /** Who muted it, where that was done over HTTP. */
  mute: z.object({
    action_id: z.int(),
    acted_at: utcTimestamp,
    operator_kind: z.enum(["user", "secret_key"]),
    operator_id: z.string().nullable(),
    reason: z.string().nullable(),
  }).nullable(),
  paused_until: moment,
  declared_at: moment,
  next_slot_at: moment,
  missed_slot_at: moment,
  last_run: z.object({
    runid: z.int(),
    status: z.string(),
    message: z.string().nullable(),
    started_at: moment,
    ended_at: moment,
  }).nullable(),
  recent_runs: z.array(z.object({
    runid: z.int(),
    status: z.string(),
    started_at: moment,
    duration_ms: z.int().nullable(),
  })),
  p50_ms: z.int().nullable(),
  p95_ms: z.int().nullable(),
  open_incidents: z.array(z.object({
    incident_id: z.int(),
    kind: z.string(),
    severity: z.string(),
    opened_at: utcTimestamp,
  })),
});

const run = z.object({
  runid: z.int(),
  job: z.string(),
  status: z.string(),
  started_at: moment,
  ended_at: moment,
  duration_ms: z.int().nullable(),
  message: z.string().nullable(),
});

function pageOf<Row extends z.ZodType>(row: Row) {
  return z.object({ rows: z.array(row), next_cursor: z.string().nullable() });
}

/** The answers of the database. Messages and evidence are unscrubbed, and are scrubbed before they are served. */
export const incidentPage = pageOf(incident);
export const jobPage = pageOf(job);
export const runPage = pageOf(run);

export type Incident = z.output<typeof incident>;
export type Job = z.output<typeof job>;
export type Run = z.output<typeof run>;

/** One page, and the cursor of the next one; null for the last page. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next_cursor: string | null;
}

interface Paged {
  /** `next_cursor` of the page before. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export interface IncidentsAsked extends Paged {
  readonly state?: "open" | "closed" | undefined;
  readonly kind?: string | undefined;
  readonly job?: string | undefined;
}

export interface JobsAsked extends Paged {
  readonly job?: string | undefined;
}

export interface RunsAsked extends Paged {
  readonly job?: string | undefined;
  readonly status?: string | undefined;
}

export interface ViewsAsked extends Paged {
  readonly view?: string | undefined;
  readonly pack?: string | undefined;
}

export interface OutboxAsked extends Paged {
  readonly state?: "undelivered" | "delivered" | undefined;
}

export interface ActionsAsked extends Paged {
  readonly action?: Action["action"] | undefined;
  readonly subject?: string | undefined;
}

/**
 * The lists for operators, and what operators do to a job.
 *
 * Each function throws AppError: SOURCE_UNAVAILABLE when the database could not be asked, INTERNAL when the call was wrong.
 */
export interface Operations {
  incidents(asked: IncidentsAsked): Promise<Page<Incident>>;
  jobs(asked: JobsAsked): Promise<Page<Job>>;
  runs(asked: RunsAsked): Promise<Page<Run>>;
  views(asked: ViewsAsked): Promise<Page<View>>;
  outbox(asked: OutboxAsked): Promise<Page<Alert> & { readonly totals: OutboxTotals }>;
  actions(asked: ActionsAsked): Promise<Page<Action>>;
  /**
   * Does it and records it.
   *
   * @returns null if there is no such job
   * @throws AppError CONFLICT where this cannot be done to this job
   */
  act(order: JobAction, by: Acting): Promise<Action | null>;
}

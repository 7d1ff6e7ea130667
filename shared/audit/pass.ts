import { z } from "zod";
import { scrubName } from "../kernel/scrub/message.ts";

/** What an alert is about, as the database writes it: unscrubbed. */
export const alertPayload = z.looseObject({
  kind: z.string(),
  subject: z.string(),
  fingerprint: z.string(),
  severity: z.enum(["fatal", "error", "warning", "info"]),
  summary: z.string(),
  // Numbers are as the database has them: one that a double cannot hold exactly must not stop the alert.
  incident_id: z.number(),
  streak: z.number(),
  first_seen_at: z.string(),
  last_seen_at: z.string(),
  opened_at: z.string(),
  closed_at: z.string().nullable(),
  resolution: z.string().nullable(),
  job: z.string().nullish(),
  view: z.string().nullish(),
  /** Several jobs with one cause. */
  jobs: z.array(z.string()).nullish(),
  /** Several views, with their schemas. */
  views: z.array(z.string()).nullish(),
  jobids: z.array(z.number()).nullish(),
  pid: z.number().nullish(),
  jobid: z.number().nullish(),
  /** Of kind flapping: the kind that comes and goes. */
  of_kind: z.string().nullish(),
  /** A role that owns jobs; of a job where two owners have one of its name. */
  owner: z.string().nullish(),
  /** Jobs that do the work of the subject a second time. */
  duplicates: z.array(z.object({ job: z.string(), jobid: z.number() })).nullish(),
  /** Those of another owner; only that owner knows whether they are wanted. */
  foreign_duplicates: z.array(z.object({ job: z.string(), jobid: z.number(), owner: z.string() })).nullish(),
  /** The name that a job has now instead. */
  renamed_to: z.string().nullish(),
  /** SQL that the database wrote: from the comment of an object, after "Repair: ", or for a missing index. */
  repair_hint: z.string().nullish(),
  /** Of a group: one message of each sort. */
  messages: z.array(z.string()).nullish(),
  /** Fingerprints of the incidents that no other alert reports. */
  spoken_for: z.array(z.string()).nullish(),
  schedule: z.string().nullish(),
  missed_slot_at: z.string().nullish(),
  /** As of the pass that wrote the alert. */
  next_slot_at: z.string().nullish(),
  runid: z.number().nullish(),
  sqlstate: z.string().nullish(),
  message: z.string().nullish(),
  /** Of an HTTP call: what was called, what it answered, and why that is a failure. */
  function: z.string().nullish(),
  http_status: z.number().nullish(),
  failure_class: z.string().nullish(),
  /** Of a response that failed: the last request that got it. */
  request_id: z.string().nullish(),
});

/** As the outbox keeps it: only a value that cannot be read is left out, and the rest is reported. */
export const storedPayload = z.preprocess(withoutUnreadable, alertPayload);

function withoutUnreadable(payload: unknown): unknown {
  const parsed = alertPayload.safeParse(payload);
  if (parsed.success || typeof payload !== "object" || payload === null) return payload;
  const unreadable = new Set(parsed.error.issues.map(({ path }) => String(path[0])));
  return Object.fromEntries(Object.entries(payload).filter(([name]) => !unreadable.has(name)));
}

const alertSchema = z.object({
  event_id: z.string().regex(/^[0-9a-f]{32}$/),
  transition: z.enum(["opened", "recovered"]),
  payload: storedPayload,
});

/** An alert as the outbox keeps it: facts, not yet scrubbed. */
export type Alert = z.infer<typeof alertSchema>;
export type AlertPayload = Alert["payload"];

/** An alert that this sender has leased. */
export const leasedAlertSchema = alertSchema.extend({
  lease_token: z.number().int(),
  /** This attempt included. */
  attempt_count: z.number().int(),
});
export type LeasedAlert = z.infer<typeof leasedAlertSchema>;

/** The answer of one pass of the audit. */
export const auditPassSchema = z.object({
  audited_at: z.string(),
  outcome: z.enum(["ok", "bad", "unknown"]),
  // Names of jobs, which may be any text, go into a response and a log line.
  reasons: z.array(z.string().transform(scrubName)),
  run_count: z.number().int(),
  /** A hundred runs or more were left for the next pass. */
  has_backlog: z.boolean(),
  opened: z.number().int(),
  closed: z.number().int(),
  open_incidents: z.number().int(),
  check_ins_held: z.boolean(),
  // Only a dry run reads them, and one that cannot be read must not fail the whole pass.
  alerts: z.array(z.unknown()).transform((alerts) =>
    alerts.flatMap((alert) => {
      const parsed = alertSchema.safeParse(alert);
      return parsed.success ? [parsed.data] : [];
    })
  ),
});
export type AuditPass = z.infer<typeof auditPassSchema>;

/** The same, or null when another audit is running: that one reports. */
export const auditAnswerSchema = z.union([
  z.object({ is_busy: z.literal(true) }).transform(() => null),
  auditPassSchema,
]);

/** What is left to deliver. */
export const backlogSchema = z.object({ pending: z.number().int(), parked: z.number().int() });
export type Backlog = z.infer<typeof backlogSchema>;

import { z } from "zod";
import { utcTimestamp } from "../kernel/utc_timestamp.ts";

const moment = utcTimestamp.nullable();

const alert = z.object({
  event_id: z.string(),
  incident_id: z.int(),
  kind: z.string(),
  subject: z.string(),
  transition: z.enum(["opened", "recovered"]),
  state: z.enum(["pending", "delivered", "parked"]),
  created_at: utcTimestamp,
  /** Until its delivery, or until now. */
  age_seconds: z.int(),
  attempt_count: z.int(),
  next_attempt_at: moment,
  lease_until: moment,
  delivered_at: moment,
  last_error: z.string().nullable(),
  resolved_at: moment,
  resolve_error: z.string().nullable(),
});

const totals = z.object({
  pending_count: z.int(),
  parked_count: z.int(),
  oldest_undelivered_seconds: z.int().nullable(),
});

/** The answer of the database. Names and errors are unscrubbed, and are scrubbed before they are served. */
export const outboxPage = z.object({ rows: z.array(alert), next_cursor: z.string().nullable(), totals });

export type Alert = z.output<typeof alert>;
export type OutboxTotals = z.output<typeof totals>;

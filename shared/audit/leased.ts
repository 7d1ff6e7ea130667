import { z } from "zod";
import { storedPayload } from "./pass.ts";

/** A recovery whose issue this sender may close until the lease ends. */
export const leasedResolutionSchema = z.object({
  event_id: z.string().regex(/^[0-9a-f]{32}$/),
  resolve_token: z.number().int(),
  /** This attempt included. */
  attempt_count: z.number().int(),
  /** The event that opened the issue, or was added to it. */
  opened_event_id: z.string().regex(/^[0-9a-f]{32}$/),
  /** false: a newer incident has opened the issue again, so it stays open. */
  is_newest: z.boolean(),
  payload: storedPayload,
});
export type LeasedResolution = z.infer<typeof leasedResolutionSchema>;

/** The newest run of a job that asked for a monitor of its own. */
export const jobCheckInSchema = z.object({
  job_name: z.string(),
  runid: z.number().int(),
  status: z.enum(["ok", "error"]),
  /** Five fields. */
  schedule: z.string(),
  timezone: z.string(),
  margin_minutes: z.number().int(),
  max_runtime_minutes: z.number().int(),
});
export type JobCheckIn = z.infer<typeof jobCheckInSchema>;

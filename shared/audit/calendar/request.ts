import { z } from "zod";

/** What the database sends before a pass: its jobs, their schedules, its time, and the settings of pg_cron. */
export const calendarRequestSchema = z.object({
  /** The database's clock, the only one that counts. */
  now: z.string().transform((text) => Date.parse(text)).pipe(z.number()),
  /** `cron.timezone`. */
  timezone: z.string(),
  /** `cron.match_dom_and_dow`. */
  matches_both_days: z.boolean(),
  jobs: z.array(z.object({
    job_name: z.string(),
    schedule: z.string(),
    late_after_seconds: z.number(),
  })),
});
export type CalendarRequest = z.infer<typeof calendarRequestSchema>;
export type CalendarJob = CalendarRequest["jobs"][number];

/** The slots of one job; sent back to the database unchanged. */
export interface JobSlots {
  readonly job_name: string;
  readonly schedule: string;
  /** ISO 8601: the latest slot whose run ought to have started by now; null when there is none. */
  readonly due_slot_at: string | null;
  readonly next_slot_at: string | null;
  /** Shortest distance between two of its next slots. */
  readonly period_seconds: number | null;
  /** Has no slot for years, though pg_cron accepted it. */
  readonly never_fires: boolean;
}

export interface Calendar {
  readonly jobs: readonly JobSlots[];
  /** Why slots cannot be judged in this pass; the pass makes a finding of it. */
  readonly failure?: string;
}

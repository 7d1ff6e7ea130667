import type { Calendar, CalendarJob, CalendarRequest, JobSlots } from "./request.ts";
import { type CalendarSchedule, parseSchedule } from "./schedule.ts";
import { findSlot, type OffsetAt } from "./slots.ts";
import { zoneOffset } from "./zone.ts";

/** Leap days are at most eight years apart. */
const FIRES_WITHIN_MS = 8 * 366 * 86_400_000;
/** This many next slots show the shortest distance of a schedule that repeats within a day or a week; two are enough where it is longer. */
const SLOTS_FOR_PERIOD = 10;
const WEEK_MS = 7 * 86_400_000;
/** The end of the year 9999. */
const LAST_MS = 253_402_300_800_000;

/**
 * When each job should have started last and will start next. A job whose schedule cannot be read is left out: nothing is
 * reported about a schedule that is not understood. A time zone that cannot be read leaves out all jobs, and is a failure.
 */
export function computeCalendar(request: CalendarRequest): Calendar {
  const offsetAt = zoneOffset(request.timezone);
  if (offsetAt === null) {
    return {
      jobs: [],
      failure: `the time zone "${request.timezone}" of cron.timezone is not one that the audit can read`,
    };
  }
  return { jobs: request.jobs.flatMap((job) => computeJob(job, { request, offsetAt })) };
}

interface Context {
  readonly request: CalendarRequest;
  readonly offsetAt: OffsetAt;
}

function computeJob(job: CalendarJob, { request, offsetAt }: Context): readonly JobSlots[] {
  const { job_name } = job;
  const schedule = parseSchedule(job.schedule, { matches_both_days: request.matches_both_days });
  const named = { job_name, schedule: job.schedule };
  // With a lateness of very many years a number is too large to be moved by a minute: the search would not end.
  const late_after = Math.min(Math.max(job.late_after_seconds * 1_000, 0), FIRES_WITHIN_MS);
  const due_by = request.now - late_after;
  switch (schedule?.kind) {
    case undefined:
      return [];
    case "reboot":
      return [{ ...named, due_slot_at: null, next_slot_at: null, period_seconds: null, never_fires: false }];
    case "seconds":
      return [{
        ...named,
        due_slot_at: iso(due_by - schedule.seconds * 1_000),
        next_slot_at: iso(request.now + schedule.seconds * 1_000),
        period_seconds: schedule.seconds,
        never_fires: false,
      }];
    case "calendar": {
      const next = nextSlots(schedule, { after: request.now, offsetAt });
      const until = due_by - FIRES_WITHIN_MS;
      // A job without a next slot has no last one that counts: the search back would take as long again.
      const due = next.length === 0
        ? null
        : findSlot(schedule, { from: due_by, direction: "backwards", until, offsetAt });
      return [{
        ...named,
        due_slot_at: iso(due),
        next_slot_at: iso(next[0] ?? null),
        period_seconds: shortestDistance(next),
        never_fires: next.length === 0,
      }];
    }
  }
}

function nextSlots(
  schedule: CalendarSchedule,
  from: { readonly after: number; readonly offsetAt: OffsetAt },
): number[] {
  const slots: number[] = [];
  let after = from.after;
  while (slots.length < SLOTS_FOR_PERIOD) {
    const until = after + FIRES_WITHIN_MS;
    const slot = findSlot(schedule, { from: after + 1, direction: "forwards", until, offsetAt: from.offsetAt });
    if (slot === null) break;
    slots.push(slot);
    after = slot;
    if (slots.length >= 2 && slot - from.after > WEEK_MS) break;
  }
  return slots;
}

function shortestDistance(slots: readonly number[]): number | null {
  const distances = slots.slice(1).map((slot, index) => slot - (slots[index] ?? slot));
  return distances.length === 0 ? null : Math.min(...distances) / 1_000;
}

/** null also for a time that no clock can show: a job may be declared to be late after a thousand years. */
function iso(moment: number | null): string | null {
  return moment === null || !(moment >= 0 && moment < LAST_MS) ? null : new Date(moment).toISOString();
}

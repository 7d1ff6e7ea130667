import type { Calendar, CalendarJob, CalendarRequest, JobSlots } from "./audit_calendar_request.ts";
import { type CalendarSchedule, parseSchedule } from "./audit_calendar_schedule.ts";
import { findSlot, type OffsetAt } from "./audit_calendar_slots.ts";
import { zoneOffset } from "./audit_calendar_zone.ts";

/** Leap days are at most eight years apart. */
const FIRES_WITHIN_MS = 8 * 366 * 86_400_000;
/** As many next slots tell the shortest distance of what repeats within a day or a week; two do where it is longer. */
const SLOTS_FOR_PERIOD = 10;
const WEEK_MS = 7 * 86_400_000;

/**
 * When each job ought to have started last and will start next. A schedule or a time zone that cannot be read leaves
 * its job out: nothing is said of what is not understood.
 */
export function computeCalendar(request: CalendarRequest): Calendar {
  const offsetAt = zoneOffset(request.timezone);
  return { jobs: offsetAt === null ? [] : request.jobs.flatMap((job) => computeJob(job, { request, offsetAt })) };
}

interface Surroundings {
  readonly request: CalendarRequest;
  readonly offsetAt: OffsetAt;
}

function computeJob(job: CalendarJob, { request, offsetAt }: Surroundings): readonly JobSlots[] {
  const { job_name } = job;
  const schedule = parseSchedule(job.schedule, { matches_both_days: request.matches_both_days });
  const named = { job_name, schedule: job.schedule };
  const due_by = request.now - job.late_after_seconds * 1_000;
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
      // Without a slot to come there was none that counts: the search back would be as long again.
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

function iso(moment: number | null): string | null {
  return moment === null ? null : new Date(moment).toISOString();
}

import fc from "fast-check";
import { computeCalendar } from "../../../shared/audit/calendar/calendar.ts";
import { type Counted, nothingCounted } from "./detection_scene.ts";
import { schedules } from "../random/drawn_schedule.ts";
import { minuteStepper } from "../rigs/minute_stepper.ts";

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const LATE_AFTER_SECONDS = 300;

interface Change {
  readonly what: string;
  readonly zone: string;
  readonly at: readonly string[];
}

const changes: readonly Change[] = [
  {
    what: "a clock that changes in Europe/London",
    zone: "Europe/London",
    at: ["2026-03-29T01:00Z", "2026-10-25T01:00Z"],
  },
  {
    what: "a clock that changes in America/New_York",
    zone: "America/New_York",
    at: ["2026-03-08T07:00Z", "2026-11-01T06:00Z"],
  },
  {
    what: "a clock that changes by half an hour, in Australia/Lord_Howe",
    zone: "Australia/Lord_Howe",
    at: ["2026-04-04T15:00Z", "2026-10-03T15:30Z"],
  },
  {
    what: "an end of a month, by GMT",
    zone: "GMT",
    at: ["2026-12-01T00:00Z", "2027-03-01T00:00Z", "2028-02-29T00:00Z", "2028-03-01T00:00Z", "2027-01-01T00:00Z"],
  },
  {
    what: "an end of a month, in Asia/Kathmandu",
    zone: "Asia/Kathmandu",
    at: ["2026-10-31T18:15Z", "2028-02-29T18:15Z"],
  },
];

/**
 * Around changes of clocks and months, compares the slot that the audit expects with the last one of a scheduler that
 * checks every minute. A later slot would be a false alert about a run that was never due; an earlier one would hide a
 * missed run.
 */
export function countCalendarFaults(tries: number): Counted[] {
  const around = fc.integer({ min: -300, max: DAY / MINUTE });
  return changes.map(({ what, zone, at }) => {
    const counted = nothingCounted({ id: "F37", what });
    const drawn = fc.sample(fc.tuple(schedules, fc.constantFrom(...at), around), { numRuns: tries, seed: 37 });
    for (const [schedule, moment, minutes] of drawn) {
      const now = Date.parse(moment) + minutes * MINUTE;
      const due_by = now - LATE_AFTER_SECONDS * 1_000;
      const since = due_by - 2 * DAY;
      const job = { job_name: "probe", schedule: schedule.text, late_after_seconds: LATE_AFTER_SECONDS };
      const [slots] = computeCalendar({ now, timezone: zone, matches_both_days: false, jobs: [job] }).jobs;
      if (slots === undefined) throw new Error(`the audit does not read the schedule "${schedule.text}"`);

      const awaited = slots.due_slot_at === null ? -Infinity : Date.parse(slots.due_slot_at);
      const started = minuteStepper(schedule, zone).last(since, due_by);
      if (started === null) {
        if (awaited >= since) counted.false += 1;
        continue;
      }
      counted.injected += 1;
      if (awaited === started) counted.told += 1;
      else if (awaited > started) counted.false += 1;
      else counted.lost += 1;
    }
    return counted;
  });
}

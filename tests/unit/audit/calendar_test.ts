// The calendar against a scheduler that looks at every minute, as pg_cron does, and against croner where the two agree.
import assert from "node:assert/strict";
import { Cron } from "croner";
import fc from "fast-check";
import { computeCalendar } from "../../../shared/audit/calendar/calendar.ts";
import { type CalendarSchedule, parseSchedule } from "../../../shared/audit/calendar/schedule.ts";
import { findSlot } from "../../../shared/audit/calendar/slots.ts";
import { zoneOffset } from "../../../shared/audit/calendar/zone.ts";
import { minuteStepper } from "../../support/rigs/minute_stepper.ts";
import { type DrawnSchedule, schedules } from "../../support/random/drawn_schedule.ts";

const MINUTE = 60_000;
const moments = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2029, 0, 1) });
/** What changes its clock, by how much, and which has an offset that is no whole hour. */
const zones = [
  "GMT",
  "Europe/London",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "Africa/Casablanca",
];

function read(drawn: DrawnSchedule): CalendarSchedule {
  const schedule = parseSchedule(drawn.text);
  assert.ok(schedule?.kind === "calendar", `"${drawn.text}" was not read`);
  return schedule;
}

Deno.test("findSlot() finds the slots that a scheduler finds which looks at every minute, in every zone", () => {
  const span = 3 * 1_440 * MINUTE;
  fc.assert(
    fc.property(schedules, moments, fc.constantFrom(...zones), (drawn, moment, zone) => {
      const offsetAt = zoneOffset(zone);
      assert.ok(offsetAt !== null);
      const fires = minuteStepper(drawn, zone);
      const range = { offsetAt, from: moment };
      const next = findSlot(read(drawn), { ...range, direction: "forwards", until: moment + span });
      const last = findSlot(read(drawn), { ...range, direction: "backwards", until: moment - span });
      assert.deepEqual({ next, last }, {
        next: fires.first(moment, moment + span),
        last: fires.last(moment - span, moment),
      }, `${drawn.text} at ${new Date(moment).toISOString()} in ${zone}`);
    }),
    { numRuns: 400 },
  );
});

Deno.test("findSlot() finds what the minute stepper finds around each change of a clock", () => {
  const changes = {
    "Europe/London": ["2026-03-29T01:00Z", "2026-10-25T01:00Z"],
    "Australia/Lord_Howe": ["2026-04-04T15:00Z", "2026-10-03T15:30Z"],
  };
  for (const [zone, times] of Object.entries(changes)) {
    const offsetAt = zoneOffset(zone);
    assert.ok(offsetAt !== null);
    for (const time of times) {
      fc.assert(
        fc.property(schedules, fc.integer({ min: -300, max: 300 }), (drawn, minutes) => {
          const moment = Date.parse(time) + minutes * MINUTE;
          const until = moment + 600 * MINUTE;
          const found = findSlot(read(drawn), { from: moment, direction: "forwards", until, offsetAt });
          assert.equal(found, minuteStepper(drawn, zone).first(moment, until), `${drawn.text} at ${time} ${minutes}`);
        }),
        { numRuns: 100 },
      );
    }
  }
});

Deno.test("findSlot() leaves out the hour that a clock skips, and takes the one that it repeats twice", () => {
  const offsetAt = zoneOffset("Europe/London");
  assert.ok(offsetAt !== null);
  const next = (text: string, after: string) => {
    const schedule = parseSchedule(text);
    assert.ok(schedule?.kind === "calendar");
    const from = Date.parse(after) + MINUTE;
    const slot = findSlot(schedule, { from, direction: "forwards", until: from + 9 * 1_440 * MINUTE, offsetAt });
    return slot === null ? null : new Date(slot).toISOString();
  };
  assert.equal(next("30 1 * * *", "2026-03-28T01:30Z"), "2026-03-30T00:30:00.000Z");
  assert.equal(next("30 1 * * *", "2026-10-24T00:30Z"), "2026-10-25T00:30:00.000Z");
  assert.equal(next("30 1 * * *", "2026-10-25T00:30Z"), "2026-10-25T01:30:00.000Z");
  assert.equal(next("15 0 30 * *", "2026-03-29T00:30Z"), "2026-03-29T23:15:00.000Z", "the day after is an hour nearer");
});

Deno.test("findSlot() finds what croner finds, given the same days and the same rule for them", () => {
  fc.assert(
    fc.property(schedules, moments, (drawn, moment) => {
      const schedule = read(drawn);
      const lists = [schedule.minutes, schedule.hours, schedule.days, schedule.months, schedule.weekdays];
      if (lists.some((list) => list.size === 0)) return;
      const pattern = lists.map((list) => [...list].sort((a, b) => a - b).join(",")).join(" ");
      const cron = new Cron(pattern, { paused: true, timezone: "UTC", domAndDow: schedule.needs_both_days });
      const until = moment + 9 * 366 * 1_440 * MINUTE;
      const found = findSlot(schedule, { from: moment + 1, direction: "forwards", until, offsetAt: () => 0 });
      const theirs = cron.nextRun(new Date(moment))?.getTime() ?? null;
      // Theirs looks further ahead than eight years.
      if (theirs === null || theirs <= until) assert.equal(found, theirs, drawn.text);
    }),
    { numRuns: 300 },
  );
});

function slotsOf(
  schedule: string,
  options: { readonly now: string; readonly late?: number; readonly timezone?: string },
) {
  const { jobs } = computeCalendar({
    now: Date.parse(options.now),
    timezone: options.timezone ?? "GMT",
    matches_both_days: false,
    jobs: [{ job_name: "probe", schedule, late_after_seconds: options.late ?? 300 }],
  });
  return jobs[0];
}

Deno.test("computeCalendar() tells the slot that is due, the next one and the period", () => {
  assert.deepEqual(slotsOf("*/10 * * * *", { now: "2026-11-20T10:04:59Z" }), {
    job_name: "probe",
    schedule: "*/10 * * * *",
    due_slot_at: "2026-11-20T09:50:00.000Z",
    next_slot_at: "2026-11-20T10:10:00.000Z",
    period_seconds: 600,
    never_fires: false,
  });
  assert.equal(slotsOf("*/10 * * * *", { now: "2026-11-20T10:05:00Z" })?.due_slot_at, "2026-11-20T10:00:00.000Z");
  assert.equal(slotsOf("0 9-17 * * 1-5", { now: "2026-11-20T17:30:00Z" })?.period_seconds, 3_600);
  assert.equal(slotsOf("@weekly", { now: "2026-11-20T17:30:00Z" })?.next_slot_at, "2026-11-22T00:00:00.000Z");
});

Deno.test("computeCalendar() tells a schedule that never fires from one that seldom does", () => {
  const now = "2096-03-01T00:00:00Z";
  assert.equal(slotsOf("0 0 29 2 *", { now })?.next_slot_at, "2104-02-29T00:00:00.000Z");
  assert.equal(slotsOf("0 0 30 2 *", { now })?.never_fires, true);
  assert.equal(slotsOf("30-10 * * * *", { now })?.never_fires, true, "a range that runs backwards is empty");
  assert.equal(slotsOf("0 0 31 4,6 1", { now })?.never_fires, false, "the weekday is enough");
  assert.equal(slotsOf("@reboot", { now })?.never_fires, false);
});

Deno.test("computeCalendar() knows the last day of the month, and seconds", () => {
  assert.equal(slotsOf("0 0 $ * *", { now: "2028-02-10T00:00:00Z" })?.next_slot_at, "2028-02-29T00:00:00.000Z");
  const seconds = slotsOf("30 seconds", { now: "2026-11-20T10:00:00Z", late: 60 });
  assert.deepEqual([seconds?.due_slot_at, seconds?.period_seconds], ["2026-11-20T09:58:30.000Z", 30]);
});

Deno.test("computeCalendar() keeps to cron.timezone, and says nothing where it cannot read it or the schedule", () => {
  const now = "2026-07-01T00:30:00Z";
  assert.equal(slotsOf("0 2 * * *", { now, timezone: "Europe/Berlin" })?.next_slot_at, "2026-07-02T00:00:00.000Z");
  assert.equal(slotsOf("0 2 * * *", { now, timezone: "<+03>-3" }), undefined);
  assert.equal(slotsOf("61 * * * *", { now }), undefined);
});

const oddText = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.array(fc.constantFrom(..."0123456789*/-,$ @\tseconds".split("")), { maxLength: 30 }).map((parts) =>
    parts.join("")
  ),
);

Deno.test("computeCalendar() gives every job that it reads slots that a database can read, and fails for no text", () => {
  const job = fc.record({
    job_name: oddText,
    schedule: fc.oneof(oddText, schedules.map(({ text }) => text)),
    late_after_seconds: fc.oneof(fc.double({ noNaN: true }), fc.nat(), fc.constantFrom(1e15, 3e11, 0)),
  });
  fc.assert(fc.property(fc.array(job, { maxLength: 3 }), oddText, moments, (jobs, timezone, now) => {
    for (const zone of [timezone, "GMT", "Europe/London"]) {
      const calendar = computeCalendar({ now, timezone: zone, matches_both_days: false, jobs });
      assert.equal(calendar.failure !== undefined, zoneOffset(zone) === null);
      for (const { due_slot_at, next_slot_at } of calendar.jobs) {
        for (const slot of [due_slot_at, next_slot_at]) assert.match(slot ?? "1970-01-01T", /^\d{4}-\d\d-\d\dT/);
      }
    }
  }));
});

Deno.test("computeCalendar() asks for the clock of a zone once, however many jobs look years ahead", () => {
  const format = Intl.DateTimeFormat.prototype.formatToParts;
  let asked = 0;
  Intl.DateTimeFormat.prototype.formatToParts = function (moment) {
    asked += 1;
    return format.call(this, moment);
  };
  try {
    const count = (job_count: number) => {
      asked = 0;
      const jobs = Array.from({ length: job_count }, (_, index) => ({
        ...{ job_name: `job-${index}`, schedule: "0 0 30 2 *", late_after_seconds: 300 },
      }));
      computeCalendar({ now: Date.UTC(2026, 10, 29), timezone: "Europe/London", matches_both_days: false, jobs });
      return asked;
    };
    assert.equal(count(20), count(1));
  } finally {
    Intl.DateTimeFormat.prototype.formatToParts = format;
  }
});

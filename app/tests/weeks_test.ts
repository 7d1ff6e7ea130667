import { deepEqual, equal } from "node:assert/strict";
import { mondayOf, mondaysOver, shortWeek, weeksBefore } from "../words/weeks.ts";

Deno.test("a week begins on Monday, across months and years", () => {
  deepEqual(["2026-11-30", "2026-12-06", "2027-01-01", "2024-03-03"].map(mondayOf), [
    "2026-11-30",
    "2026-11-30",
    "2026-12-28",
    "2024-02-26",
  ]);
  equal(weeksBefore("2027-01-04", 2), "2026-12-21");
});

Deno.test("weeks between two others are there, whether they have a row or not", () => {
  deepEqual(mondaysOver(["2026-01-12", "2025-12-22"]), ["2025-12-22", "2025-12-29", "2026-01-05", "2026-01-12"]);
  deepEqual(mondaysOver([]), []);
});

Deno.test("a row of 1970 among those of today does not make thousands of weeks", () => {
  deepEqual(mondaysOver(["2026-11-30", "1969-12-29", "2026-11-30"]), ["1969-12-29", "2026-11-30"]);
  equal(mondaysOver(["2026-11-30", "2017-01-02"]).length, 518);
});

Deno.test("the first week of a year says which", () => {
  deepEqual(["2025-12-29", "2026-01-05", "2026-01-12"].map((week) => shortWeek(week, "en-GB")), [
    "29 Dec",
    "5 Jan 2026",
    "12 Jan",
  ]);
});

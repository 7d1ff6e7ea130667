import { deepEqual } from "node:assert/strict";
import { bytes, fromNow, milliseconds, utcMinute } from "../words/moments.ts";

const NOW = Date.parse("2026-11-30T10:00:00Z");

Deno.test("a moment is said from now, without seconds beyond a minute and without minutes beyond a day", () => {
  const at = (seconds: number) => fromNow(new Date(NOW + seconds * 1_000).toISOString(), NOW);
  deepEqual([at(2), at(30), at(-95), at(3_700), at(-90_061), fromNow(null, NOW)], [
    "now",
    "in 30 s",
    "1 min ago",
    "in 1 h",
    "1 d ago",
    "–",
  ]);
});

Deno.test("a time of the day is UTC, wherever the reader is", () => {
  deepEqual([utcMinute("2026-11-30T10:00:59+02:00"), utcMinute(null)], ["2026-11-30 08:00 UTC", "–"]);
});

Deno.test("a duration of a run is in its own unit", () => {
  deepEqual([0, 12.6, 999, 1_240, 125_000, null].map((ms) => milliseconds(ms)), [
    "0 ms",
    "13 ms",
    "999 ms",
    "1.2 s",
    "2 min 5 s",
    "–",
  ]);
});

Deno.test("a size is in powers of a thousand", () => {
  deepEqual([0, 999, 412_300, 3_140_000, 2_000_000_000, null].map((count) => bytes(count, "en-GB")), [
    "0 byte",
    "999 byte",
    "412 kB",
    "3.1 MB",
    "2 GB",
    "–",
  ]);
});

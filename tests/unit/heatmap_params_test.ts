import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../../shared/kernel/app_error.ts";
import { mondayOf } from "../../shared/resource/iso_week.ts";
import { parseQuery } from "../../shared/http/request/query_params.ts";
import { heatmap } from "../../shared/packs/qbank/heatmap.ts";

function parsed(query: Record<string, string>): Record<string, unknown> {
  return { ...parseQuery(heatmap, new URLSearchParams(query)).params };
}

function faults(query: Record<string, string>): string[] {
  try {
    parsed(query);
    return [];
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    return error.errors.map(({ field, reason }) => `${field} ${reason}`);
  }
}

Deno.test("a week is named by any of its days, also across a year's end", () => {
  const days = ["2025-12-29", "2025-12-31", "2026-01-01", "2026-01-04"];
  for (const day of days) assert.equal(parsed({ week_from: day })["week_from"], "2025-12-29");
  assert.equal(parsed({ week_to: "2026-01-05" })["week_to"], "2026-01-05");
  assert.equal(mondayOf("2024-02-29"), "2024-02-26");
});

Deno.test("mondayOf() is a Monday at most six days before", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 2_932_896 }), (number) => {
    const day = new Date(number * 86_400_000).toISOString().slice(0, 10);
    const monday = mondayOf(day);
    assert.equal(new Date(monday).getUTCDay(), 1);
    const distance = (Date.parse(day) - Date.parse(monday)) / 86_400_000;
    assert.ok(distance >= 0 && distance <= 6);
  }));
});

Deno.test("a lesion is asked for in any spelling, a topic as it is written", () => {
  for (
    const lesion of [
      "tetralogy of fallot",
      " Tetralogy_of  FALLOT-",
      "TETRALOGY\u2013of\u00a0Fallot",
      "\uff34etralogy of fallot",
    ]
  ) {
    assert.equal(parsed({ lesion })["lesion"], "tetralogy of fallot");
  }
  assert.equal(parsed({ topic: "  Acyanotic \u00a0 Shunts " })["topic"], "Acyanotic Shunts");
  assert.equal(parsed({ topic: "E\u0301tude_1" })["topic"], "\u00c9tude_1");
});

Deno.test("what names no week, no tag or no page is refused by its field, and never repeated", () => {
  const week = "must be a day from 1970-01-01 to 9999-12-31, like 2026-01-31";
  const word = "must be 1 to 100 characters, none of them a control character";
  const cases: [Record<string, string>, string][] = [
    [{ week_from: "2026-02-30" }, `week_from ${week}`],
    [{ week_from: "1969-12-31" }, `week_from ${week}`],
    [{ week_from: "" }, `week_from ${week}`],
    [{ week_to: "2026-W05" }, `week_to ${week}`],
    [{ week_to: "2026-01-01T00:00:00Z" }, `week_to ${week}`],
    [{ lesion: "" }, `lesion ${word}`],
    [{ lesion: " _-" }, `lesion ${word}`],
    [{ lesion: "a\u0000b" }, `lesion ${word}`],
    [{ topic: "x".repeat(101) }, `topic ${word}`],
    [{ limit: "0" }, "limit must be a whole number from 1 to 999"],
    [{ limit: "1000" }, "limit must be a whole number from 1 to 999"],
    [{ cursor: "a b" }, "cursor must be the next_cursor of the page before"],
  ];
  for (const [query, expected] of cases) assert.deepEqual(faults(query), [expected], JSON.stringify(query));
});

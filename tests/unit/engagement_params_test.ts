import assert from "node:assert/strict";
import { AppError } from "../../shared/kernel/app_error.ts";
import { parseQuery } from "../../shared/http/request/query_params.ts";
import { activeLearningDays } from "../../shared/packs/engagement/active_learning_days.ts";

function parse(query: Record<string, string>): Record<string, unknown> {
  return parseQuery(activeLearningDays, new URLSearchParams(query)).params;
}

Deno.test("a day is taken as it is, and is no week", () => {
  const days = { active_from: "2024-02-29", active_to: "2026-01-01" };
  assert.deepEqual({ ...parse(days) }, { ...days, limit: 200 });
});

Deno.test("what names no day is refused by its field", () => {
  for (const day of ["", "2026-02-29", "2026-1-1", "20260101", "1969-12-31", "2026-01-01T00:00:00Z", " 2026-01-01"]) {
    assert.throws(
      () => parse({ active_from: day }),
      (error) =>
        error instanceof AppError && error.code === "BAD_REQUEST" && error.errors[0]?.field === "active_from" &&
        error.errors[0].reason === "must be a day from 1970-01-01 to 9999-12-31, like 2026-01-31",
      day,
    );
  }
});

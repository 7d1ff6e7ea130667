import assert from "node:assert/strict";
import { freshnessOf } from "../../../shared/read/freshness.ts";
import { combineStates } from "../../../shared/read/view_state.ts";

const STATE = {
  version: 1,
  refreshed_at: "2026-11-20T10:00:00Z",
  verified_at: "2026-11-20T10:30:00Z",
  source_as_of: null,
  stale_after_seconds: 600,
  populated: true,
};
const at = (time: string) => Date.parse(`2026-11-20T${time}Z`);

Deno.test("freshnessOf() is stale beyond the objective, not at it", () => {
  assert.equal(freshnessOf(STATE, at("10:40:00"), true).is_stale, false);
  assert.equal(freshnessOf(STATE, at("10:40:01"), true).is_stale, true);
});

Deno.test("freshnessOf() names the age at which the answer becomes stale, also where one of several views is the first", () => {
  assert.equal(freshnessOf(STATE, at("10:40:01"), true).objective_seconds, 600);
  const first = { ...STATE, verified_at: "2026-11-20T10:20:00Z", stale_after_seconds: 900 };
  // Rows of 10:20: one view allows them until 10:35, the other until 10:40.
  assert.equal(freshnessOf(combineStates([first, STATE]), at("10:41:00"), true).objective_seconds, 900);
  const slow = { ...first, stale_after_seconds: 7_200 };
  assert.equal(freshnessOf(combineStates([slow, STATE]), at("10:41:00"), true).objective_seconds, 1_200);
});

Deno.test("freshnessOf() is stale whenever the source could not confirm it", () => {
  assert.equal(freshnessOf(STATE, at("10:30:01"), false).is_stale, true);
});

Deno.test("freshnessOf() never gives a negative age to a database whose clock runs ahead", () => {
  assert.equal(freshnessOf(STATE, at("10:20:00"), true).age_seconds, 0);
});

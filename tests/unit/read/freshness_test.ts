import assert from "node:assert/strict";
import { freshnessOf } from "../../../shared/read/freshness.ts";

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

Deno.test("freshnessOf() is stale whenever the source could not confirm it", () => {
  assert.equal(freshnessOf(STATE, at("10:30:01"), false).is_stale, true);
});

Deno.test("freshnessOf() never gives a negative age to a database whose clock runs ahead", () => {
  assert.equal(freshnessOf(STATE, at("10:20:00"), true).age_seconds, 0);
});

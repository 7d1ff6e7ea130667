import assert from "node:assert/strict";
import { combineStates, generation, type ViewState } from "../../../shared/read/view_state.ts";

const NIGHTLY: ViewState = {
  version: 3,
  refreshed_at: "2026-11-21T02:00:00Z",
  verified_at: "2026-11-21T02:00:00Z",
  source_as_of: "2026-11-21T01:59:00.5Z",
  stale_after_seconds: 26 * 3_600,
  populated: true,
};
const HOURLY: ViewState = {
  version: 40,
  refreshed_at: "2026-11-21T09:00:00.25Z",
  verified_at: "2026-11-21T10:00:00Z",
  source_as_of: "2026-11-21T01:59:00Z",
  stale_after_seconds: 2 * 3_600,
  populated: true,
};
const LIVE: ViewState = {
  version: 7,
  refreshed_at: "2026-01-01T00:00:00Z",
  verified_at: "2026-11-21T11:00:00Z",
  source_as_of: null,
  stale_after_seconds: 60,
  populated: true,
  live: true,
};

Deno.test("combineStates() of one state is that state", () => {
  assert.equal(combineStates([NIGHTLY]), NIGHTLY);
});

Deno.test("combineStates() moves with each of its states", () => {
  const before = generation(combineStates([NIGHTLY, HOURLY, LIVE]));
  const moved = [
    combineStates([{ ...NIGHTLY, version: 4 }, HOURLY, LIVE]),
    combineStates([NIGHTLY, { ...HOURLY, version: 41 }, LIVE]),
    combineStates([NIGHTLY, HOURLY, { ...LIVE, version: 8 }]),
  ];
  for (const state of moved) assert.notEqual(generation(state), before);
  assert.equal(combineStates([NIGHTLY, HOURLY, LIVE]).version, 50);
});

Deno.test("combineStates() is as old as the oldest rows that a refresh computed", () => {
  const { refreshed_at, source_as_of } = combineStates([HOURLY, NIGHTLY, LIVE]);
  assert.equal(refreshed_at, "2026-11-21T02:00:00Z");
  assert.equal(source_as_of, "2026-11-21T01:59:00Z", "by the moment, not by the letters");
});

Deno.test("combineStates() of live relations alone is as old as their last change", () => {
  const other: ViewState = { ...LIVE, refreshed_at: "2026-11-20T00:00:00Z" };
  const { refreshed_at, live } = combineStates([LIVE, other]);
  assert.deepEqual([refreshed_at, live], ["2026-11-20T00:00:00Z", true]);
});

Deno.test("combineStates() is verified when the last of them was, and misses its objective with the first", () => {
  const { verified_at, stale_after_seconds } = combineStates([NIGHTLY, HOURLY]);
  // Hourly misses its own at 12:00, ten hours after nightly was verified.
  assert.deepEqual([verified_at, stale_after_seconds], ["2026-11-21T02:00:00Z", 36_000]);
  const { verified_at: with_live } = combineStates([HOURLY, LIVE]);
  assert.equal(with_live, HOURLY.verified_at, "what is read live makes no rows younger");
  const { verified_at: never } = combineStates([NIGHTLY, { ...HOURLY, verified_at: null }]);
  assert.equal(never, null);
});

Deno.test("combineStates() is populated when all are", () => {
  assert.equal(combineStates([NIGHTLY, { ...HOURLY, populated: false }]).populated, false);
});

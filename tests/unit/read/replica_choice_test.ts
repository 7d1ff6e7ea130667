import assert from "node:assert/strict";
import fc from "fast-check";
import { type Expected, judge, newest } from "../../../shared/read/replica_choice.ts";
import type { ServerPosition } from "../../../shared/read/server.ts";
import type { ViewState, ViewStateMap } from "../../../shared/read/view_state.ts";

const NOW = 1_796_000_000_000;
const VIEWS = ["a", "b", "c"];

const versions = fc.dictionary(fc.constantFrom(...VIEWS), fc.integer({ min: 0, max: 3 }));
const server = fc.record({
  server: fc.constantFrom("one", "other"),
  is_replica: fc.boolean(),
  history: fc.constantFrom("7.1", "7.2"),
  position: fc.integer({ min: 0, max: 3 }),
  lag_ms: fc.option(fc.constantFrom(0, 999, 1_000, 60_000)),
});
const sighting = fc.record({
  server: fc.constantFrom("one", "other"),
  position: fc.integer({ min: 0, max: 3 }),
  at: fc.constantFrom(NOW, NOW - 999, NOW - 1_000, NOW - 60_000),
});
const situation = fc.record({
  server,
  versions,
  seen: versions,
  rests_on_rights: fc.boolean(),
  primary: fc.option(sighting),
  history: fc.constantFrom("7.1", "7.2", null),
});

function statesOf(versions: Readonly<Record<string, number>>): ViewStateMap {
  return Object.fromEntries(Object.entries(versions).map(([name, version]) => [name, stateOf(version)]));
}

function stateOf(version: number): ViewState {
  const moment = "2026-11-30T10:00:00.000Z";
  const moments = { refreshed_at: moment, verified_at: moment, source_as_of: null };
  return { version, ...moments, stale_after_seconds: 60, populated: true };
}

function verdictOf(
  { server, versions, seen, ...rest }: {
    server: ServerPosition;
    versions: Record<string, number>;
    seen: Record<string, number>;
  } & Pick<Expected, "rests_on_rights" | "primary" | "history">,
) {
  return judge({ server, states: statesOf(versions) }, { ...rest, seen: statesOf(seen), now: NOW });
}

Deno.test("no answer of a replica is served that is older in any part than what was seen", () => {
  fc.assert(
    fc.property(situation, (given) => {
      const older = VIEWS.some((view) =>
        view in given.versions && view in given.seen && Number(given.versions[view]) < Number(given.seen[view])
      );
      if (given.server.is_replica && older) assert.notEqual(verdictOf(given), "good");
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("nothing that rests on rights is served by a replica of which nothing says that it is less than a second behind", () => {
  fc.assert(
    fc.property(situation, (given) => {
      const { server, primary } = given;
      const by_time = server.lag_ms === 0 || server.lag_ms === 999;
      const by_place = primary !== null && NOW - primary.at < 1_000 && server.position >= primary.position;
      const verdict = verdictOf({ ...given, history: server.history, rests_on_rights: true });
      if (server.is_replica && !by_time && !by_place) assert.notEqual(verdict, "good");
      if (server.is_replica && (by_time || by_place)) assert.notEqual(verdict, "lagging");
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("a server that takes writes is trusted if it is the primary, and never otherwise", () => {
  fc.assert(fc.property(situation, (given) => {
    const served = verdictOf({ ...given, server: { ...given.server, is_replica: false } });
    assert.equal(served, given.primary?.server === given.server.server ? "good" : "stranger");
  }));
});

Deno.test("a replica serves every public answer that is not older than what was seen, however far it is behind", () => {
  fc.assert(fc.property(situation, (given) => {
    const server = { ...given.server, is_replica: true };
    const { history } = server;
    assert.equal(verdictOf({ ...given, server, history, seen: given.versions, rests_on_rights: false }), "good");
  }));
});

Deno.test("nothing is served by a replica of another database or timeline, nor while the primary's are not known", () => {
  fc.assert(fc.property(situation, (given) => {
    const server = { ...given.server, is_replica: true };
    if (given.history !== server.history) assert.equal(verdictOf({ ...given, server }), "stranger");
    else assert.notEqual(verdictOf({ ...given, server }), "stranger");
  }));
});

Deno.test("nothing is served by a replica that has refreshed a version at another moment, unless it is a live relation's", () => {
  const server = { server: "one", is_replica: true, history: "7.1", position: 3, lag_ms: 0 };
  const moment = "2026-11-30T10:00:00.001Z";
  const judged = (theirs: Partial<ViewState>, ours: Partial<ViewState> = {}) =>
    judge({ server, states: { a: { ...stateOf(3), ...theirs } } }, {
      seen: { a: { ...stateOf(3), ...ours }, b: stateOf(9) },
      rests_on_rights: false,
      primary: { server: "primary", position: 3, at: NOW },
      history: "7.1",
      now: NOW,
    });
  assert.equal(judged({ refreshed_at: moment }), "stranger");
  assert.equal(judged({ refreshed_at: "2026-11-30T12:00:00+02:00" }), "good", "the same moment in another zone");
  assert.equal(judged({ refreshed_at: moment, live: true }), "good");
  assert.equal(judged({ refreshed_at: moment, version: 4 }), "good");
  assert.equal(judged({}, { refreshed_at: null }), "good", "a view that is filled again");
});

Deno.test("the newest of two is, view by view, the greater version", () => {
  fc.assert(fc.property(versions, versions, (left, right) => {
    const found = Object.entries(newest(statesOf(left), statesOf(right))).map(([name, { version }]) => [name, version]);
    const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
    const wanted = names.map((name) => [name, Math.max(left[name] ?? 0, right[name] ?? 0)]);
    assert.deepEqual(Object.fromEntries(found), Object.fromEntries(wanted));
  }));
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../../../../shared/kernel/app_error.ts";
import { laneDistributions } from "../../../../shared/packs/arena/lane_distributions.ts";
import { progress } from "../../../../shared/packs/arena/progress.ts";
import { weaknessPatterns } from "../../../../shared/packs/arena/weakness_patterns.ts";
import { parseQuery } from "../../../../shared/http/request/query_params.ts";
import { id } from "../../../support/fixtures/arena_rows.ts";

function errorsOf(resource: Parameters<typeof parseQuery>[0], query: string) {
  try {
    parseQuery(resource, new URLSearchParams(query));
    return [];
  } catch (error) {
    assert.ok(error instanceof AppError && error.code === "BAD_REQUEST", String(error));
    return error.errors.map(({ field, reason }) => `${field} ${reason}`);
  }
}

const PROGRESS = `agent_id=${id(1)}&challenge_id=${id(2)}`;

Deno.test("parseQuery() gives canonical values, with defaults", () => {
  const upper = `agent_id=ABCDEF00-0000-0000-0000-000000000001&challenge_id=${id(2)}`;
  const { params, format } = parseQuery(progress, new URLSearchParams(`${upper}&format=csv`));
  assert.deepEqual(params, { agent_id: "abcdef00-0000-0000-0000-000000000001", challenge_id: id(2), weeks: 12 });
  assert.equal(format, "csv");
});

Deno.test("parseQuery() names every fault with its field and its reason", () => {
  assert.deepEqual(errorsOf(progress, "agent_id=1"), ["agent_id must be a UUID", "challenge_id is required"]);
  assert.deepEqual(errorsOf(laneDistributions, ""), ["challenge_id is required"]);
  assert.deepEqual(errorsOf(laneDistributions, "challenge_id="), ["challenge_id must be a UUID"]);
  assert.deepEqual(errorsOf(weaknessPatterns, `agent_id=${id(1)}&category=strong`), [
    "category must be one of weak, all",
  ]);
});

Deno.test("parseQuery() leaves the platform's own parameter to the platform", () => {
  const { params } = parseQuery(
    laneDistributions,
    new URLSearchParams(`challenge_id=${id(1)}&forceFunctionRegion=eu-west-1`),
  );
  assert.deepEqual(params, { challenge_id: id(1) });
  assert.deepEqual(errorsOf(laneDistributions, `challenge_id=${id(1)}&forcefunctionregion=eu`).length, 1);
});

Deno.test("parseQuery() refuses a parameter that is given twice, also with one value", () => {
  assert.deepEqual(errorsOf(laneDistributions, `challenge_id=${id(1)}&challenge_id=${id(1)}`), [
    "challenge_id is given more than once",
  ]);
});

for (
  const weeks of ["0", "105", "-1", "1.5", "1e1", "0x10", " 12", "12 ", "+12", "012", "", "twelve", "99999999999999"]
) {
  Deno.test(`parseQuery() refuses weeks=${JSON.stringify(weeks)}`, () => {
    const query = `${PROGRESS}&weeks=${encodeURIComponent(weeks)}`;
    assert.deepEqual(errorsOf(progress, query), ["weeks must be a whole number from 1 to 104"]);
  });
}

Deno.test("parseQuery() takes the bounds of a number", () => {
  for (const weeks of ["1", "104"]) {
    assert.equal(
      parseQuery(progress, new URLSearchParams(`${PROGRESS}&weeks=${weeks}`)).params["weeks"],
      Number(weeks),
    );
  }
});

Deno.test("parseQuery() repeats no value, and shortens a name that it does not know", () => {
  const errors = errorsOf(laneDistributions, `challenge_id=planted&${"x".repeat(500)}=planted&%0d%0a=1`);
  assert.doesNotMatch(errors.join(), /planted|\r|\n/);
  assert.ok(errors.every((error) => error.length < 200));
});

Deno.test("parseQuery() refuses an endless query unread", () => {
  assert.deepEqual(errorsOf(laneDistributions, `challenge_id=${"a".repeat(3_000)}`), [
    "(query) must be at most 2048 characters, without its cursor",
  ]);
});

Deno.test("parseQuery() throws nothing but BAD_REQUEST, whatever it is given", () => {
  const name = fc.oneof(
    fc.string(),
    fc.constantFrom("agent_id", "challenge_id", "weeks", "format", "__proto__", "constructor"),
  );
  const value = fc.oneof(fc.string(), fc.constantFrom(id(1), "1", "12", "all"), fc.integer().map(String));
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), (pairs) => {
      errorsOf(progress, new URLSearchParams(pairs).toString());
      errorsOf(weaknessPatterns, new URLSearchParams(pairs).toString());
    }),
    { numRuns: 3_000 },
  );
});

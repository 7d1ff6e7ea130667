import assert from "node:assert/strict";
import { sha256 } from "../../../shared/adapters/runtime/sha256.ts";
import { cacheKey, etagOf, schemaHash, stemFor, stemOf } from "../../../shared/read/cache_key.ts";
import { createQuestion } from "../../../shared/read/question.ts";
import { column, defineResource, type Resource } from "../../../shared/resource/resource.ts";
import { generation, type ViewState } from "../../../shared/read/view_state.ts";
import { laneDistributions } from "../../support/sample_pack/lane_distributions.ts";
import { id } from "../../support/fixtures/sample_rows.ts";

const STATE: ViewState = {
  version: 7,
  refreshed_at: "2026-11-20T10:00:00Z",
  verified_at: "2026-11-20T10:00:00Z",
  source_as_of: null,
  stale_after_seconds: 1_200,
  populated: true,
};
interface Over {
  readonly params?: Record<string, unknown>;
  readonly format?: "csv";
  readonly label?: string;
}

function stemWith({ params = { challenge_id: id(1) }, format, label = "public" }: Over = {}): string {
  const resource: Resource = laneDistributions;
  const question = createQuestion({ resource, params, format: format ?? "json", place: null, max_age: null }, sha256);
  return stemFor(question, { scope: { label, restriction: null }, day: null, schema: "5c4e3a" });
}

function keyOf(over: Over = {}, state = STATE): string {
  return cacheKey(stemWith(over), generation(state));
}

Deno.test("cacheKey() is schema, resource, scope, version and a digest of format and parameters", () => {
  assert.match(keyOf(), /^5c4e3a:sample\/lane-distributions:public:7\.[0-9a-z]+:[0-9a-f]{64}$/);
});

Deno.test("cacheKey() moves with the version, the refresh time, the scope, the parameters and the format", () => {
  const keys = [
    keyOf(),
    keyOf({}, { ...STATE, version: 8 }),
    keyOf({}, { ...STATE, refreshed_at: "2026-11-20T10:00:01Z" }),
    keyOf({ label: "user=ab" }),
    keyOf({ params: { challenge_id: id(2) } }),
    keyOf({ format: "csv" }),
  ];
  assert.equal(new Set(keys).size, keys.length);
});

Deno.test("cacheKey() stays when the rows were only found to be still true", () => {
  assert.equal(keyOf({}, { ...STATE, verified_at: "2026-11-20T11:00:00Z" }), keyOf());
});

Deno.test("stemOf() leads every version of an answer to one stem", () => {
  const stem = stemWith();
  assert.equal(stemOf(cacheKey(stem, generation(STATE))), stem);
  assert.equal(stemOf(cacheKey(stem, generation({ ...STATE, version: 8 }))), stem);
});

Deno.test("etagOf() is a strong tag of 32 digits", () => {
  assert.match(etagOf(keyOf(), sha256), /^"[0-9a-f]{32}"$/);
});

Deno.test("schemaHash() moves with what decides the body, and not with the summary", () => {
  const base = { ...laneDistributions, params: {}, columns: { lane_key: column.text(), sample_count: column.count() } };
  const hashOf = (over: object) => schemaHash(defineResource({ ...base, filters: [], ...over }), sha256);
  const hashes = [
    hashOf({}),
    hashOf({ columns: { lane_key: column.text(), sample_count: column.number() } }),
    hashOf({ columns: { sample_count: column.count(), lane_key: column.text() } }),
    hashOf({ minimum_sample: { column: "sample_count", at_least: 6 } }),
    hashOf({ order: [{ column: "lane_key", direction: "desc" }] }),
    hashOf({ limit: 5 }),
  ];
  assert.equal(new Set(hashes).size, hashes.length);
  assert.equal(hashOf({ summary: "Another sentence" }), hashes[0]);
});

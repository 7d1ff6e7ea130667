import assert from "node:assert/strict";
import fc from "fast-check";
import { bucketAt, withBucket, writeBuckets } from "../../../shared/read/buckets.ts";
import { anyViewState } from "../../../shared/read/view_state.ts";

const bucket = fc.record({ version: fc.nat(50), moved_ms: fc.integer({ min: 1.7e12, max: 1.7e12 + 40 }) });
const count = fc.constantFrom(1, 2, 16, 256, 1024);
const buckets = count.chain((length) => fc.array(bucket, { minLength: length, maxLength: length }));

Deno.test("a list of buckets says of each what was written", () => {
  fc.assert(fc.property(buckets, (held) => {
    const list = JSON.parse(JSON.stringify(writeBuckets("org_id", held)));
    held.forEach((one, number) => assert.deepEqual(bucketAt(list, number), { number, ...one }));
    assert.equal(bucketAt(list, held.length), null);
  }));
});

Deno.test("a newer version of one bucket changes that bucket alone, and an older one nothing", () => {
  fc.assert(fc.property(buckets, fc.nat(1023), bucket, (held, place, one) => {
    const number = place % held.length;
    const list = withBucket(writeBuckets("org_id", held), { number, ...one });
    const before = held[number];
    const expected = held.with(number, before !== undefined && before.version > one.version ? before : one);
    assert.deepEqual(
      expected.map((_, at) => bucketAt(list, at)),
      expected.map((at, place) => ({ number: place, ...at })),
    );
  }));
});

Deno.test("as the database writes it: each refresh once, as its difference from the one before", () => {
  const [first, second] = [{ version: 3, moved_ms: 1_000 }, { version: 5, moved_ms: 1_600 }];
  assert.deepEqual(writeBuckets("org_id", [first, second, first, first]), {
    by: "org_id",
    count: 4,
    moves: "3 1000,2 600",
    of: "0100",
  });
});

Deno.test("what is no list of buckets leaves the view with one version for all answers", () => {
  const whole = {
    version: 3,
    refreshed_at: null,
    verified_at: null,
    source_as_of: null,
    stale_after_seconds: 60,
    populated: true,
  };
  for (const given of [{ by: 1 }, null, { by: "org_id", count: 0, moves: "", of: "" }]) {
    assert.deepEqual(anyViewState.parse({ ...whole, buckets: given }), whole, JSON.stringify(given));
  }
  for (const wrong of ["", "0", "02", "0x", "012"]) {
    const list = { by: "org_id", count: 2, moves: "1 1,1 1", of: wrong };
    assert.equal(bucketAt(list, 0), null, wrong);
    assert.equal(withBucket(list, { number: 0, version: 9, moved_ms: 9 }), list);
  }
  assert.equal(bucketAt({ by: "org_id", count: 1, moves: "x y", of: "0" }, 0), null);
});

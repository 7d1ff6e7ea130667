import { deepEqual, equal } from "node:assert/strict";
import { TokenBucket } from "../../../shared/limits/token_bucket.ts";

/** One token a second. */
const LIMIT = { requests: 60, seconds: 60 };

function taken(bucket: TokenBucket, now: number, tries: number): number {
  let count = 0;
  for (let index = 0; index < tries; index++) if (bucket.take(now)) count++;
  return count;
}

Deno.test("tokens flow in evenly, and an idle bucket holds one limit", () => {
  const bucket = new TokenBucket(LIMIT, { tokens: 2, now: 0 });
  equal(taken(bucket, 0, 10), 2);
  equal(taken(bucket, 999, 10), 0);
  equal(taken(bucket, 3_500, 10), 3);
  equal(taken(bucket, 3_600_000, 100), 60);
});

Deno.test("an empty bucket says when the next token comes, another one when it is full", () => {
  const bucket = new TokenBucket(LIMIT, { tokens: 1, now: 0 });
  bucket.take(0);
  deepEqual([bucket.remaining, bucket.wait_ms], [0, 1_000]);
  bucket.take(400);
  equal(Math.round(bucket.wait_ms), 600);
  const half = new TokenBucket(LIMIT, { tokens: 31, now: 0 });
  half.take(0);
  deepEqual([half.remaining, half.wait_ms], [30, 30_000]);
});

Deno.test("a clock that is set back fills nothing and empties nothing, and what is given back is at most a limit", () => {
  const bucket = new TokenBucket(LIMIT, { tokens: 5, now: 10_000 });
  equal(taken(bucket, 0, 3), 3);
  equal(taken(bucket, 0, 10), 2);
  equal(taken(bucket, 1_000, 10), 1);
  const full = new TokenBucket(LIMIT, { tokens: 60, now: 0 });
  full.giveBack();
  equal(taken(full, 0, 100), 60);
});

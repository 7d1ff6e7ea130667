import assert from "node:assert/strict";
import { sha256 } from "../../../../shared/adapters/runtime/sha256.ts";
import { FastPath } from "../../../../shared/http/fast_path.ts";
import { checkerOf } from "../../../../shared/http/request/questions.ts";
import { laneDistributions } from "../../../support/sample_pack/lane_distributions.ts";
import { id } from "../../../support/fixtures/sample_rows.ts";

function counted() {
  let hashes = 0;
  const check = checkerOf(laneDistributions, (text) => {
    hashes += 1;
    return sha256(text);
  });
  const askedBy = new FastPath().rememberQuestions(check);
  return { askedBy, hashes: () => hashes };
}

Deno.test("a question is checked once for one text, and again for another format", () => {
  const { askedBy, hashes } = counted();
  const search = `challenge_id=${id(1)}`;
  const first = askedBy(search, null);
  assert.equal(askedBy(search, null), first);
  assert.equal(hashes(), 1);
  assert.equal(askedBy(search, "text/csv").format, "csv");
  assert.notEqual(askedBy(search, "text/csv").digest, first.digest);
  assert.equal(askedBy(`challenge_id=${id(2)}`, null).params["challenge_id"], id(2));
});

Deno.test("two spellings of one question have one digest", () => {
  const { askedBy } = counted();
  const upper = "ABCDEF00-0000-0000-0000-000000000001";
  const spellings = [
    `challenge_id=${upper}`,
    `challenge_id=${upper.toLowerCase()}`,
    `challenge_id=${upper}&format=json`,
  ];
  assert.equal(new Set(spellings.map((search) => askedBy(search, null).digest)).size, 1);
});

Deno.test("a demanded age is no part of the question", () => {
  const { askedBy } = counted();
  const plain = askedBy(`challenge_id=${id(1)}`, null);
  const demanding = askedBy(`challenge_id=${id(1)}&max_age=60`, null);
  assert.deepEqual(demanding, { ...plain, max_age: 60 });
  assert.equal(plain.max_age, null);
});

Deno.test("a bad question is refused each time, and remembered never", () => {
  const { askedBy } = counted();
  for (let time = 0; time < 2; time += 1) {
    assert.throws(() => askedBy("challenge_id=x", null), { code: "BAD_REQUEST" });
    assert.throws(() => askedBy(`challenge_id=${id(1)}`, "application/xml"), { code: "NOT_ACCEPTABLE" });
  }
});

Deno.test("remembered questions are bounded in number", () => {
  const { askedBy, hashes } = counted();
  const searches = Array.from({ length: 501 }, (_, number) => `challenge_id=${id(number)}`);
  const [first = ""] = searches;
  for (const search of searches) askedBy(search, null);
  const before = hashes();
  askedBy(first, null);
  assert.equal(hashes(), before + 1);
});

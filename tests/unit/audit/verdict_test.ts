import assert from "node:assert/strict";
import { holdSeconds, judgeAnswer } from "../../../shared/audit/verdict.ts";

function judge(status: number | null, hold_seconds: number | null = null, attempt = 1) {
  return judgeAnswer({ status, hold_seconds, words: null }, attempt);
}

Deno.test("judgeAnswer() takes nothing but a 2xx for delivered", () => {
  const delivered = [200, 201, 202, 204, 299];
  for (const status of [null, ...Array.from({ length: 500 }, (_, index) => index + 100)]) {
    assert.equal(judge(status).kind === "delivered", status !== null && status >= 200 && status < 300, `${status}`);
  }
  for (const status of delivered) assert.deepEqual(judge(status), { kind: "delivered" });
});

Deno.test("judgeAnswer() defers 5, 15, 60 and then 300 seconds when there is no answer or a 5xx", () => {
  for (const status of [null, 500, 503, 408]) {
    const delays = [1, 2, 3, 4, 5, 50].map((attempt) => {
      const verdict = judge(status, null, attempt);
      return verdict.kind === "defer" ? verdict.seconds : verdict.kind;
    });
    assert.deepEqual(delays, [5, 15, 60, 300, 300, 300]);
  }
});

Deno.test("judgeAnswer() parks what the receiver will never take", () => {
  for (const status of [301, 400, 401, 403, 404]) {
    assert.deepEqual(judge(status), {
      kind: "park",
      error: `the receiver answered ${status}`,
      concerns_all: status !== 400,
    });
  }
});

Deno.test("judgeAnswer() holds for as long as a 429 asks, at most an hour, a minute when it does not say", () => {
  const error = "the receiver answered 429";
  assert.deepEqual(judge(429, 30), { kind: "hold", seconds: 30, error });
  assert.deepEqual(judge(429, 86_400), { kind: "hold", seconds: 3_600, error });
  assert.deepEqual(judge(429, 0), { kind: "hold", seconds: 1, error });
  assert.deepEqual(judge(429), { kind: "hold", seconds: 60, error });
});

Deno.test("judgeAnswer() shrinks on 413", () => assert.deepEqual(judge(413), { kind: "shrink" }));

Deno.test("holdSeconds() heeds a limit that comes with a 200", () => {
  assert.equal(holdSeconds({ status: 200, hold_seconds: 120, words: null }), 120);
  assert.equal(holdSeconds({ status: 200, hold_seconds: null, words: null }), null);
});

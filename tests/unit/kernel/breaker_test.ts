import assert from "node:assert/strict";
import { Breaker } from "../../../shared/kernel/breaker.ts";
import { FakeClock } from "../../support/fakes/clock.ts";

function openBreaker() {
  const clock = new FakeClock();
  const breaker = new Breaker({ clock, failures: 3, open_ms: 10_000 });
  for (let call = 0; call < 3; call += 1) breaker.failed();
  return { clock, breaker };
}

Deno.test("a breaker opens after failures in a row, and not after scattered ones", () => {
  const breaker = new Breaker({ clock: new FakeClock(), failures: 3, open_ms: 10_000 });
  breaker.failed();
  breaker.failed();
  breaker.succeeded();
  breaker.failed();
  breaker.failed();
  assert.equal(breaker.allows(), true);
  breaker.failed();
  assert.equal(breaker.allows(), false);
});

Deno.test("an open breaker lets one probe through after its time, and only one", () => {
  const { clock, breaker } = openBreaker();
  clock.advance(9_999);
  assert.equal(breaker.allows(), false);
  clock.advance(1);
  assert.deepEqual([breaker.allows(), breaker.allows()], [true, false]);
});

Deno.test("a breaker closes when its probe succeeds, and pauses again when it fails", () => {
  const { clock, breaker } = openBreaker();
  clock.advance(10_000);
  breaker.allows();
  breaker.failed();
  assert.equal(breaker.allows(), false);
  clock.advance(10_000);
  breaker.allows();
  breaker.succeeded();
  assert.deepEqual([breaker.allows(), breaker.allows()], [true, true]);
});

Deno.test("late failures of calls made before the breaker opened do not lengthen its pause", () => {
  const { clock, breaker } = openBreaker();
  clock.advance(9_000);
  breaker.failed();
  clock.advance(1_000);
  assert.equal(breaker.allows(), true);
});

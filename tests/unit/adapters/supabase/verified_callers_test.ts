import assert from "node:assert/strict";
import { VerifiedCallers } from "../../../../shared/adapters/supabase/verified_callers.ts";
import { FakeClock } from "../../../support/fakes/clock.ts";

const CALLER = { kind: "service" } as const;

Deno.test("verified callers are kept under the credential's hash, for a minute at most", () => {
  const clock = new FakeClock();
  const hashed: string[] = [];
  const callers = new VerifiedCallers({ clock, hash: (text) => (hashed.push(text), `hash of ${text.length}`) });
  callers.keep("secret", CALLER, Infinity);
  assert.equal(callers.get("secret"), CALLER);
  assert.deepEqual(hashed, ["secret", "secret"]);
  // Who asks again and again is not hashed again, and is forgotten no later.
  assert.equal(callers.get("secret"), CALLER);
  assert.equal(hashed.length, 2);
  clock.advance(60_000);
  assert.equal(callers.get("secret"), null);
});

Deno.test("verified callers end with their credential", () => {
  const clock = new FakeClock();
  const callers = new VerifiedCallers({ clock, hash: (text) => text });
  callers.keep("token", CALLER, clock.now() + 5_000);
  clock.advance(4_999);
  assert.equal(callers.get("token"), CALLER);
  clock.advance(1);
  assert.equal(callers.get("token"), null);
});

Deno.test("verified callers are bounded in number", () => {
  const callers = new VerifiedCallers({ clock: new FakeClock(), hash: (text) => text });
  for (let number = 0; number <= 10_000; number += 1) callers.keep(`token ${number}`, CALLER, Infinity);
  assert.equal(callers.get("token 0"), null);
  assert.equal(callers.get("token 10000"), CALLER);
});

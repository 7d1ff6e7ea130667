import assert from "node:assert/strict";
import { createRemoteKeys } from "../../../../shared/adapters/supabase/remote_keys.ts";
import { FakeClock } from "../../../support/fakes/clock.ts";

const URL_OF_KEYS = new URL("https://project.example/auth/v1/.well-known/jwks.json");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const UNAVAILABLE = { code: "SOURCE_UNAVAILABLE", status: 503 };

/** An endpoint that publishes these key ids, or answers otherwise. */
function withEndpoint(...kids: string[]) {
  const clock = new FakeClock();
  const endpoint = { kids, fetches: 0, answer: null as (() => Response) | null };
  const fetch = (_address: string | URL | Request, init?: RequestInit) => {
    endpoint.fetches += 1;
    const keys = endpoint.kids.map((kid) => ({ kty: "EC", kid }));
    const answer = endpoint.answer?.() ?? Response.json({ keys });
    // As fetch follows it, unless told not to.
    const is_followed = answer.status === 302 && init?.redirect !== "manual";
    return Promise.resolve(is_followed ? Response.json({ keys: [{ kty: "EC", kid: "of another host" }] }) : answer);
  };
  const keys = createRemoteKeys(URL_OF_KEYS, { clock, fetch });
  return { clock, endpoint, kidsFor: async (kid?: string) => (await keys(kid)).keys.map((key) => key["kid"]) };
}

function down(): Response {
  throw new TypeError("unreachable");
}

Deno.test("remote keys are fetched once for all who ask at once, and not again for ten minutes", async () => {
  const { clock, endpoint, kidsFor } = withEndpoint("one");
  await Promise.all(Array.from({ length: 20 }, () => kidsFor("one")));
  clock.advance(9 * MINUTE);
  assert.deepEqual(await kidsFor("one"), ["one"]);
  assert.deepEqual(await kidsFor(undefined), ["one"]);
  assert.equal(endpoint.fetches, 1);
  clock.advance(MINUTE);
  await kidsFor("one");
  assert.equal(endpoint.fetches, 2);
});

Deno.test("a flood of unknown key ids is one fetch in half a minute, whether the endpoint answers or not", async () => {
  for (const answer of [null, down, () => new Response("down", { status: 500 })]) {
    const { clock, endpoint, kidsFor } = withEndpoint("one");
    await kidsFor("one");
    endpoint.answer = answer;
    for (let minute = 0; minute < 3; minute += 1) {
      clock.advance(MINUTE);
      for (let token = 0; token < 50; token += 1) assert.deepEqual(await kidsFor(`unknown ${token}`), ["one"]);
    }
    assert.equal(endpoint.fetches, 4);
  }
});

Deno.test("known keys hold for a day while the endpoint does not answer, and then no longer", async () => {
  const { clock, endpoint, kidsFor } = withEndpoint("one");
  await kidsFor("one");
  for (const answer of [down, () => new Response("<html>"), () => Response.json({ keys: "none" })]) {
    endpoint.answer = answer;
    clock.advance(7 * 60 * MINUTE);
    assert.deepEqual(await kidsFor("one"), ["one"]);
  }
  clock.advance(3 * 60 * MINUTE);
  await assert.rejects(kidsFor("one"), UNAVAILABLE);
  endpoint.answer = null;
  clock.advance(2 * SECOND);
  assert.deepEqual(await kidsFor("one"), ["one"]);
});

Deno.test("a new key is accepted after one cooldown, and one that was withdrawn no longer after ten minutes", async () => {
  const { clock, endpoint, kidsFor } = withEndpoint("one");
  await kidsFor("one");
  endpoint.kids = ["two"];
  clock.advance(29 * SECOND);
  assert.deepEqual(await kidsFor("two"), ["one"]);
  clock.advance(SECOND);
  assert.deepEqual(await kidsFor("two"), ["two"]);
  endpoint.kids = ["three"];
  clock.advance(10 * MINUTE);
  assert.deepEqual(await kidsFor("two"), ["three"]);
});

Deno.test("without any key each two seconds are one fetch, and the answer is that it is not now", async () => {
  const { clock, endpoint, kidsFor } = withEndpoint("one");
  endpoint.answer = down;
  for (let token = 0; token < 10; token += 1) await assert.rejects(kidsFor("one"), UNAVAILABLE);
  assert.equal(endpoint.fetches, 1);
  endpoint.answer = null;
  clock.advance(2 * SECOND);
  assert.deepEqual(await kidsFor("one"), ["one"]);
});

Deno.test("an endpoint that sends without end is left after 256 KB, and the known keys are used", async () => {
  const { clock, endpoint, kidsFor } = withEndpoint("one");
  await kidsFor("one");
  let sent = 0;
  let ended = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent += 65_536;
      if (sent > 10_000_000) throw new Error("the endpoint was read to its end");
      controller.enqueue(new Uint8Array(65_536).fill(32));
    },
    cancel: () => void (ended = true),
  });
  endpoint.answer = () => new Response(endless);
  clock.advance(10 * MINUTE);
  assert.deepEqual(await kidsFor("one"), ["one"]);
  assert.ok(ended && sent < 600_000, String(sent));
});

Deno.test("an entry that is no key leaves the other keys usable, and a redirection is not followed", async () => {
  const { clock, endpoint, kidsFor } = withEndpoint("one");
  endpoint.answer = () =>
    Response.json({ keys: [null, 7, [], {}, { kty: 7 }, { kid: "two" }, { kty: "EC", kid: "one" }] });
  assert.deepEqual(await kidsFor("one"), ["one"]);
  endpoint.answer = () => Response.redirect("https://evil.example.com/keys", 302);
  clock.advance(10 * MINUTE);
  assert.deepEqual(await kidsFor("one"), ["one"]);
  assert.equal(endpoint.fetches, 2);
});

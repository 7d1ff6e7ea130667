import { deepEqual, equal, match, ok } from "node:assert/strict";
import { RATE_LIMITS, type RateLimits } from "../../../../shared/limits/rate_limits.ts";
import { FakeRateCounter } from "../../../support/fakes/rate_counter.ts";
import { createSampleRig, LANES_PATH } from "../../../support/rigs/http_rig.ts";
import { makeIssuer } from "../../../support/fixtures/issuers.ts";
import { KEYS, mintToken } from "../../../support/fixtures/tokens.ts";

const TEN = { requests: 10, seconds: 60 };
const FEW: RateLimits = { user: TEN, key: TEN, service: null, unverified: TEN };

/** A rig with small limits whose clock stands at the beginning of a window. */
function limitedRig(limits: RateLimits = FEW, variables: Record<string, string> = {}) {
  const counter = new FakeRateCounter();
  const rig = createSampleRig({
    variables,
    rates: (clock) => {
      counter.clock = clock;
      return { limits, counter };
    },
  });
  rig.clock.advance(60_000 - rig.clock.now() % 60_000);

  async function statuses(count: number, headersOf: (index: number) => Record<string, string>): Promise<number[]> {
    const found: number[] = [];
    for (let index = 0; index < count; index++) {
      const response = await rig.ask(LANES_PATH, { headers: headersOf(index), anonymous: true });
      await response.body?.cancel();
      found.push(response.status);
    }
    return found;
  }

  return { ...rig, counter, statuses };
}

function times(status: number, count: number): number[] {
  return Array.from({ length: count }, () => status);
}

async function bearer(subject: string): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await mintToken({ claims: { sub: subject } })}` };
}

Deno.test("every answer says which limit it was counted under, what is left of it, and until when", async () => {
  const { ask, clock } = limitedRig();
  const headers = await bearer("anna");
  const first = await ask(LANES_PATH, { headers });
  equal(first.headers.get("ratelimit-policy"), '"user";q=10;w=60');
  equal(first.headers.get("ratelimit"), '"user";r=9;t=60');
  clock.advance(20_000);
  const etag = first.headers.get("etag") ?? "";
  const second = await ask(LANES_PATH, { headers: { ...headers, "if-none-match": etag } });
  equal(second.status, 304);
  equal(second.headers.get("ratelimit"), null, "a 304 says nothing while more than half of the limit is left");
  const third = await ask("/analytics/sample/progress?agent_id=nobody", { headers });
  equal(third.status, 400, "what cannot be understood is refused before anybody is counted");
  equal(third.headers.get("ratelimit"), null);
});

Deno.test("whoever polls by tag is told where it stands once more than half of its limit is spent", async () => {
  const { ask } = limitedRig();
  const headers = await bearer("anna");
  const etag = (await ask(LANES_PATH, { headers })).headers.get("etag") ?? "";
  const standings: (string | null)[] = [];
  for (let request = 2; request <= 8; request += 1) {
    const polled = await ask(LANES_PATH, { headers: { ...headers, "if-none-match": etag } });
    equal(polled.status, 304);
    standings.push(polled.headers.get("ratelimit")?.replace(/;t=\d+$/, "") ?? null);
  }
  deepEqual(standings, [null, null, null, null, '"user";r=4', '"user";r=3', '"user";r=2']);
});

Deno.test("one request too many is 429 RATE_LIMITED with Retry-After, and the next window is open", async () => {
  const { ask, clock, statuses, lines } = limitedRig();
  const headers = await bearer("anna");
  deepEqual(await statuses(10, () => headers), times(200, 10));
  clock.advance(18_000);
  const refused = await ask(LANES_PATH, { headers: { ...headers, origin: "https://app.example" } });
  equal(refused.status, 429);
  equal(refused.headers.get("retry-after"), "42");
  equal(refused.headers.get("ratelimit"), '"user";r=0;t=42');
  equal(refused.headers.get("cache-control"), "no-store");
  match(refused.headers.get("access-control-expose-headers") ?? "", /retry-after.*ratelimit, ratelimit-policy/);
  const body = await refused.json();
  deepEqual([body.code, body.status, body.title], ["RATE_LIMITED", 429, "Too many requests"]);
  equal(JSON.parse(lines.at(-1) ?? "").outcome, "RATE_LIMITED");
  clock.advance(42_000);
  deepEqual(await statuses(1, () => headers), [200]);
});

Deno.test("one caller's requests are nobody else's", async () => {
  const { statuses } = limitedRig();
  const [anna, bela] = [await bearer("anna"), await bearer("bela")];
  deepEqual((await statuses(11, () => anna)).at(-1), 429);
  deepEqual(await statuses(10, () => bela), times(200, 10));
  deepEqual(await statuses(10, () => ({ apikey: KEYS.publishable })), times(200, 10));
  deepEqual(await statuses(1, () => ({ apikey: KEYS.web })), [200], "another key");
  deepEqual(await statuses(1, () => ({ apikey: KEYS.publishable, "cf-connecting-ip": "203.0.113.9" })), [200]);
});

Deno.test("nothing that a caller writes gives a key a fresh limit", async () => {
  const { statuses } = limitedRig();
  const found = await statuses(15, (index) => ({
    apikey: KEYS.publishable,
    // The edge appends the one hop that it has seen itself.
    "x-forwarded-for": `10.0.0.${index}, 203.0.113.5`,
    "x-real-ip": `10.0.1.${index}`,
    "true-client-ip": `10.0.2.${index}`,
    "forwarded": `for=10.0.3.${index}`,
    "user-agent": `agent ${index}`,
  }));
  deepEqual(found, [...times(200, 10), ...times(429, 5)]);
});

Deno.test("a token that comes with a changing key is still its one user", async () => {
  const { statuses } = limitedRig();
  const anna = await bearer("anna");
  const found = await statuses(12, (index) => ({ ...anna, apikey: index % 2 === 0 ? KEYS.publishable : KEYS.web }));
  deepEqual(found, [...times(200, 10), 429, 429]);
});

Deno.test("a fresh token is no fresh limit", async () => {
  const { statuses } = limitedRig();
  const tokens = await Promise.all(
    Array.from({ length: 12 }, (_, index) => mintToken({ claims: { sub: "anna" }, expires_in: 600 + index })),
  );
  const found = await statuses(12, (index) => ({ authorization: `Bearer ${tokens[index]}` }));
  deepEqual(found, [...times(200, 10), 429, 429]);
});

Deno.test("users of one name at two issuers and in the project have a limit each", async () => {
  const issuers = await Promise.all(
    ["one", "two"].map((name) => makeIssuer(`https://${name}.example.com`, "ES256", name)),
  );
  const profiles = issuers.map(({ issuer, published }) => ({ issuer, jwks: published, audience: "freshet" }));
  const { statuses, counter } = limitedRig(FEW, { FRESHET_ISSUERS: JSON.stringify(profiles) });
  const iat = Math.floor(Date.now() / 1_000);
  const outside = await Promise.all(issuers.map(async ({ issuer, sign }) => ({
    authorization: `Bearer ${await sign({ iss: issuer, sub: "anna", aud: "freshet", iat, exp: iat + 600 })}`,
  })));
  for (const headers of [...outside, await bearer("anna")]) {
    deepEqual(await statuses(12, () => headers), [...times(200, 10), 429, 429]);
  }
  const users = counter.told.map(({ key }) => key).filter((key) => key.startsWith("user:"));
  equal(new Set(users).size, 3, "each is counted under a key of its own");
});

Deno.test("bad credentials are limited by address before they are verified, and known callers are not", async () => {
  const { statuses } = limitedRig();
  const address = { "cf-connecting-ip": "203.0.113.5" };
  const anna = { ...await bearer("anna"), ...address };
  deepEqual(await statuses(1, () => anna), [200]);
  const forged = await Promise.all(
    Array.from(
      { length: 14 },
      (_, index) =>
        mintToken({ claims: { sub: `mallory ${index}` }, secret: "not the secret of this project, but as long" }),
    ),
  );
  const found = await statuses(14, (index) => ({ ...address, authorization: `Bearer ${forged[index]}` }));
  deepEqual(found, [...times(401, 10), ...times(429, 4)]);
  const bela = { ...await bearer("bela"), ...address };
  deepEqual(await statuses(1, () => bela), [429], "whoever is not known yet shares the address's fate");
  deepEqual(await statuses(1, () => anna), [200]);
  deepEqual(await statuses(1, () => ({ ...bela, "cf-connecting-ip": "203.0.113.6" })), [200]);
});

Deno.test("a request without any credential counts as one that does not hold", async () => {
  const { ask, statuses } = limitedRig();
  deepEqual(await statuses(11, () => ({})), [...times(401, 10), 429]);
  equal((await ask("/analytics/health", { anonymous: true })).headers.get("ratelimit"), null);
});

Deno.test("credentials that hold cost their address nothing", async () => {
  const { statuses } = limitedRig();
  const users = await Promise.all(Array.from({ length: 40 }, (_, index) => bearer(`user ${index}`)));
  deepEqual(await statuses(40, (index) => users[index] ?? {}), times(200, 40));
});

Deno.test("health answers an anonymous probe however often it asks", async () => {
  const { ask } = limitedRig();
  for (let count = 0; count < 30; count++) {
    ok((await ask("/analytics/health", { anonymous: true })).status !== 429);
  }
});

Deno.test("the secret key is not limited, and no answer claims that it is", async () => {
  const { ask, statuses } = limitedRig();
  deepEqual(await statuses(50, () => ({ apikey: KEYS.secret })), times(200, 50));
  const response = await ask(LANES_PATH, { headers: { apikey: KEYS.secret } });
  equal(response.headers.get("ratelimit"), null);
  equal(response.headers.get("ratelimit-policy"), null);
});

Deno.test("the lists of operators and the catalog count like the rest", async () => {
  const { ask } = limitedRig();
  const headers = await bearer("anna");
  equal((await ask("/analytics/catalog", { headers })).headers.get("ratelimit"), '"user";r=9;t=60');
  const denied = await ask("/analytics/ops/jobs", { headers });
  deepEqual([denied.status, denied.headers.get("ratelimit")], [403, '"user";r=8;t=60']);
});

Deno.test("Redis learns no one's id, key or address", async () => {
  const { counter, statuses } = limitedRig();
  const anna = await bearer("anna");
  await statuses(5, () => ({ ...anna, "cf-connecting-ip": "203.0.113.5" }));
  await statuses(5, () => ({ apikey: KEYS.web, "cf-connecting-ip": "203.0.113.5" }));
  await statuses(5, () => ({ apikey: "sb_publishable_wrong", "cf-connecting-ip": "203.0.113.5" }));
  const keys = [...new Set(counter.told.map(({ key }) => key))];
  deepEqual(keys.map((key) => key.split(":")[0]).sort(), ["key", "unverified", "user"]);
  for (const key of keys) match(key, /^[a-z]+:[0-9a-f]{32}$/);
});

Deno.test("Redis gone is neither an error nor an open door", async () => {
  const { counter, statuses } = limitedRig();
  counter.is_down = true;
  const anna = await bearer("anna");
  deepEqual(await statuses(30, () => anna), [...times(200, 10), ...times(429, 20)]);
});

Deno.test("no limit is declared away by accident: users, keys and unverified credentials have one", () => {
  for (const kind of ["user", "key", "unverified"] as const) ok(RATE_LIMITS[kind] !== null, kind);
});

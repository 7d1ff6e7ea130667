// No shared response carries one caller's headers to another: shared/http/fast_path.ts says why, and this file proves it.
import assert from "node:assert/strict";
import fc from "fast-check";
import { id, laneRow } from "../../support/fixtures/sample_rows.ts";
import { KEYS, mintToken } from "../../support/fixtures/tokens.ts";
import { createSampleRig, LANES_PATH } from "../../support/rigs/http_rig.ts";

const VIEW = "mv_lane_score_distribution";
const NOW = Date.now();
const LIMITS = {
  user: { requests: 600, seconds: 60 },
  key: { requests: 1_200, seconds: 60 },
  service: null,
  unverified: null,
};
const ALLOWED = ["https://one.example", "https://two.example"];

const CALLERS = {
  anna: { headers: { authorization: `Bearer ${await mintToken({ claims: { sub: "anna" } })}` }, limit: "user" },
  bela: { headers: { authorization: `Bearer ${await mintToken({ claims: { sub: "bela" } })}` }, limit: "user" },
  key: { headers: { apikey: KEYS.publishable }, limit: "key" },
  service: { headers: { apikey: KEYS.secret }, limit: "service" },
} as const;

/** One request, and what happens before it. Everything in which two requests for one answer can differ. */
interface Step {
  readonly caller: keyof typeof CALLERS;
  readonly origin: string | null;
  readonly coding: "gzip" | "identity";
  /** Whether the caller has the answer already, so that it gets a 304. */
  readonly has_answer: boolean;
  readonly method: "GET" | "HEAD";
  /** Zero, or long enough that the versions are looked up again. */
  readonly wait_seconds: 0 | 5 | 20;
  /** Whether the source is down from the end of the wait on; after no wait, it stays as it was. */
  readonly is_down: boolean;
}

const PLAIN: Step = {
  caller: "key",
  origin: null,
  coding: "identity",
  has_answer: false,
  method: "GET",
  wait_seconds: 0,
  is_down: false,
};

/** A rig whose answer is in memory in both codings, so that requests can get copies. */
async function createWarmRig() {
  const rig = createSampleRig({ rates: () => ({ limits: LIMITS }), cors: ALLOWED, now: NOW });
  rig.source.refresh(VIEW, Array.from({ length: 10 }, (_, lane) => laneRow({ lane_key: `lane ${lane}` })));
  const first = await rig.ask(LANES_PATH);
  await rig.ask(LANES_PATH, { headers: { "accept-encoding": "gzip", apikey: KEYS.publishable } });
  return { ...rig, etag: first.headers.get("etag") ?? "", body: await first.text() };
}

/** Asks one step after another, and holds each response to what its own request says, and nothing else. */
async function walk(steps: readonly Step[]): Promise<void> {
  const { ask, clock, source, etag, body } = await createWarmRig();
  const ids = new Set<string>();
  const counts = new Map<string, number>([["key", 2]]);
  const verified_at = new Map<string, number>([["key", 0]]);
  let [now_seconds, age_seconds] = [0, 0];
  let is_down = false;
  for (const [index, step] of steps.entries()) {
    if (step.wait_seconds > 0) {
      is_down = step.is_down;
      source.verify(VIEW); // so that the same age is stale at one time and not at another
      counts.clear(); // the limits are whole again after five seconds
      clock.advance(step.wait_seconds * 1_000);
      now_seconds += step.wait_seconds;
      age_seconds = step.wait_seconds + (is_down ? age_seconds : 0);
    }
    source.is_down = is_down;
    const { headers: credential, limit } = CALLERS[step.caller];
    const response = await ask(LANES_PATH, {
      method: step.method,
      headers: {
        ...credential,
        "accept-encoding": step.coding,
        ...(step.origin === null ? {} : { origin: step.origin }),
        ...(step.has_answer ? { "if-none-match": etag } : {}),
      },
    });
    const who = `step ${index + 1}, ${JSON.stringify(step)}`;
    const account = limit === "user" ? step.caller : limit;
    counts.set(account, (counts.get(account) ?? 0) + 1);
    const { "x-request-id": request_id = "", ratelimit, ...headers } = Object.fromEntries(response.headers);
    assert.ok(/^[0-9a-f-]{36}$/.test(request_id) && !ids.has(request_id), `${who}: its own id`);
    ids.add(request_id);

    const is_304 = step.has_answer;
    const policy = LIMITS[limit];
    // Only steps that take time are timed: a verification, and a look at the versions.
    const is_verified = now_seconds - (verified_at.get(step.caller) ?? -Infinity) < 60;
    if (!is_verified) verified_at.set(step.caller, now_seconds);
    const is_timed = !is_304 && (step.wait_seconds > 0 || !is_verified);
    assert.equal(headers["server-timing"] !== undefined, is_timed, who);
    const is_rated = policy !== null && !is_304;
    const used = counts.get(account) ?? 0;
    assert.equal(
      ratelimit?.replace(/;t=\d+$/, ""),
      is_rated ? `"${limit}";r=${policy.requests - used}` : undefined,
      who,
    );
    assert.equal(headers["ratelimit-policy"], is_rated ? `"${limit}";q=${policy.requests};w=60` : undefined, who);

    const is_allowed = step.origin !== null && ALLOWED.includes(step.origin);
    assert.equal(headers["access-control-allow-origin"], is_allowed ? step.origin : undefined, who);
    assert.equal(headers["access-control-expose-headers"] !== undefined, step.origin !== null, who);
    assert.equal(headers["vary"], "Authorization, Apikey, Accept, Accept-Encoding, Origin", who);

    const is_gzip = step.coding === "gzip" && !is_304;
    assert.equal(response.status, is_304 ? 304 : 200, who);
    assert.equal(headers["content-encoding"], is_gzip ? "gzip" : undefined, who);
    assert.equal(headers["etag"], is_gzip ? etag.replace(/"$/, '-gzip"') : etag, who);
    assert.equal(headers["age"], String(age_seconds), who);
    assert.equal(headers["freshet-stale"], is_down ? "?1" : undefined, who);
    assert.equal(headers["cache-status"], is_304 ? undefined : "Freshet; hit; detail=memory", who);
    assert.deepEqual(Object.keys(headers).filter((name) => !KNOWN.has(name)), [], who);
    assert.equal(await textOf(response, is_gzip), is_304 || step.method === "HEAD" ? "" : body, who);
  }
}

/** All headers that these answers may have. */
const KNOWN = new Set([
  ...["access-control-allow-origin", "access-control-expose-headers", "age", "cache-control", "cache-status"],
  ...[
    "content-encoding",
    "content-length",
    "content-type",
    "etag",
    "freshet-objective",
    "freshet-stale",
    "last-modified",
  ],
  ...["ratelimit-policy", "server-timing", "vary", "x-content-type-options"],
]);

async function textOf(response: Response, is_gzip: boolean): Promise<string> {
  const bytes = await response.arrayBuffer();
  if (!is_gzip || bytes.byteLength === 0) return new TextDecoder().decode(bytes);
  return await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

/** What two requests for one answer can differ in, and two sides of each. */
const DIFFERENCES: Readonly<Record<string, readonly [Partial<Step>, Partial<Step>]>> = {
  "nothing but the request's id": [{}, {}],
  "the caller, of one limit": [{ caller: "anna" }, { caller: "bela" }],
  "the limit": [{ caller: "anna" }, { caller: "key" }],
  "whether there is a limit": [{ caller: "service" }, { caller: "key" }],
  "the origin, of two that are allowed": [{ origin: "https://one.example" }, { origin: "https://two.example" }],
  "whether the origin is allowed": [{ origin: "https://one.example" }, { origin: "https://evil.example" }],
  "whether there is an origin": [{ origin: "https://one.example" }, { origin: null }],
  "the encoding": [{ coding: "gzip" }, { coding: "identity" }],
  "whether the caller has the answer": [{ has_answer: true }, { has_answer: false }],
  "the method": [{ method: "HEAD" }, { method: "GET" }],
  "the age": [{ wait_seconds: 0 }, { wait_seconds: 5 }],
  "whether it is stale": [{ wait_seconds: 5, is_down: true }, { wait_seconds: 5, is_down: false }],
};

for (const [what, [one, other]] of Object.entries(DIFFERENCES)) {
  Deno.test(`two requests for one answer that differ in ${what} get their own headers, whichever comes first`, async () => {
    const [first, second] = [{ ...PLAIN, ...one }, { ...PLAIN, ...other }];
    for (const steps of [[first, second, first, second], [second, first, second, first]]) await walk(steps);
  });
}

const step: fc.Arbitrary<Step> = fc.record({
  caller: fc.constantFrom(...(["anna", "bela", "key", "service"] as const)),
  origin: fc.constantFrom(null, ...ALLOWED, "https://evil.example"),
  coding: fc.constantFrom("gzip", "identity"),
  has_answer: fc.boolean(),
  method: fc.constantFrom("GET", "HEAD"),
  wait_seconds: fc.constantFrom(0, 0, 5, 20),
  is_down: fc.boolean(),
});

Deno.test("requests for one answer that differ in anything get their own headers, in any order", async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), walk), { numRuns: 60 });
});

/** A rig whose answer is in memory, so that those that follow are copies of one response. */
async function createRigWithAnswer(options: Parameters<typeof createSampleRig>[0] = {}) {
  const rig = createSampleRig(options);
  await rig.ask(LANES_PATH);
  return rig;
}

Deno.test("copies of one answer differ in what belongs to a request, and in nothing else", async () => {
  const { ask } = await createRigWithAnswer({ rates: () => ({ limits: LIMITS }) });
  const [one, two] = [await ask(LANES_PATH), await ask(LANES_PATH)];
  assert.equal(await one.text(), await two.text());
  const headersOf = (response: Response) => Object.fromEntries(response.headers);
  const { "x-request-id": first_id, ratelimit: first_standing, ...first } = headersOf(one);
  const { "x-request-id": second_id, ratelimit: second_standing, ...second } = headersOf(two);
  assert.deepEqual(first, second);
  assert.notEqual(first_id, second_id);
  assert.deepEqual([first_standing, second_standing].map((text) => text?.replace(/;t=\d+$/, "")), [
    '"key";r=1198',
    '"key";r=1197',
  ]);
});

Deno.test("a kept answer grows older with the clock, and stale when its time has come", async () => {
  const { ask, clock, source } = await createRigWithAnswer();
  const ageAndStale = async (init: RequestInit = {}) => {
    const { headers } = await ask(LANES_PATH, init);
    return [headers.get("age"), headers.get("freshet-stale")];
  };
  const etag = (await ask(LANES_PATH)).headers.get("etag") ?? "";
  const held = { headers: { "if-none-match": etag } };
  assert.deepEqual([await ageAndStale(), await ageAndStale(held)], [["0", null], ["0", null]]);
  clock.advance(1_000);
  assert.deepEqual([await ageAndStale(), await ageAndStale(held)], [["1", null], ["1", null]]);
  source.is_down = true;
  clock.advance(2_000);
  assert.deepEqual([await ageAndStale(), await ageAndStale(held)], [["3", "?1"], ["3", "?1"]]);
  // Back again, and as old as before: no longer stale.
  source.is_down = false;
  source.verify("mv_lane_score_distribution");
  clock.advance(3_000);
  await ask(LANES_PATH);
  assert.deepEqual([await ageAndStale(), await ageAndStale(held)], [["3", null], ["3", null]]);
});

Deno.test("after a refresh nobody gets a copy of the answer before", async () => {
  const { ask, clock, source } = await createRigWithAnswer();
  const before = await (await ask(LANES_PATH)).text();
  source.refresh("mv_lane_score_distribution", [laneRow({ p50: 99 })]);
  clock.advance(3_000);
  await ask(LANES_PATH);
  const after = await ask(LANES_PATH);
  assert.equal(after.headers.get("cache-status"), "Freshet; hit; detail=memory");
  assert.notEqual(await after.text(), before);
});

Deno.test("each kind of caller is told of its own limit, whoever had the answer first", async () => {
  const { ask } = await createRigWithAnswer({ rates: () => ({ limits: LIMITS }) });
  const policyFor = async (headers: Record<string, string>) =>
    (await ask(LANES_PATH, { headers })).headers.get("ratelimit-policy");
  const as_user = { authorization: `Bearer ${await mintToken({ claims: { sub: "anna" } })}` };
  const as_key = { apikey: KEYS.publishable };
  const as_service = { apikey: KEYS.secret };
  for (let round = 0; round < 2; round += 1) {
    assert.equal(await policyFor(as_user), '"user";q=600;w=60');
    assert.equal(await policyFor(as_key), '"key";q=1200;w=60');
    assert.equal(await policyFor(as_service), null);
  }
});

Deno.test("each origin is told what it may read, whoever had the answer first", async () => {
  const { ask } = await createRigWithAnswer({ cors: ["https://one.example", "https://two.example"] });
  const allowedFor = async (origin: string | null) => {
    const headers = { apikey: KEYS.publishable, ...(origin === null ? {} : { origin }) };
    const response = await ask(LANES_PATH, { headers });
    assert.match(response.headers.get("vary") ?? "", /, Origin$/);
    return response.headers.get("access-control-allow-origin");
  };
  for (let round = 0; round < 2; round += 1) {
    assert.equal(await allowedFor("https://one.example"), "https://one.example");
    assert.equal(await allowedFor("https://evil.example"), null);
    assert.equal(await allowedFor("https://two.example"), "https://two.example");
    assert.equal(await allowedFor(null), null);
  }
});

Deno.test("a compressed body can be sent again and again, and the plain one beside it", async () => {
  const { ask, source } = createSampleRig();
  source.refresh(
    "mv_lane_score_distribution",
    Array.from({ length: 10 }, (_, lane) => laneRow({ lane_key: `l${lane}` })),
  );
  const bodyFor = async (codings: string) => {
    const response = await ask(LANES_PATH, { headers: { "accept-encoding": codings, apikey: KEYS.publishable } });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { coding: response.headers.get("content-encoding"), etag: response.headers.get("etag"), bytes };
  };
  await bodyFor("gzip");
  await bodyFor("gzip");
  const [one, plain, two] = [await bodyFor("gzip"), await bodyFor("identity"), await bodyFor("gzip")];
  assert.deepEqual(one, two);
  assert.deepEqual([one.coding, plain.coding], ["gzip", null]);
  assert.notEqual(one.etag, plain.etag);
  const unpacked = new Response(new Blob([one.bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
  assert.deepEqual(new Uint8Array(await unpacked.arrayBuffer()), plain.bytes);
});

Deno.test("HEAD of a kept answer has every header of GET and no body, and leaves the answer as it was", async () => {
  const { ask } = await createRigWithAnswer();
  const get = await ask(LANES_PATH);
  const head = await ask(LANES_PATH, { method: "HEAD" });
  assert.equal(await head.text(), "");
  const body = await get.text();
  assert.equal(head.headers.get("content-length"), String(new TextEncoder().encode(body).byteLength));
  assert.equal(await (await ask(LANES_PATH)).text(), body);
});

Deno.test("two tenants who ask the same question never share a copy", async () => {
  const { ask } = createSampleRig();
  const agentFor = async (sub: string, agent: number) => {
    const headers = { authorization: `Bearer ${await mintToken({ claims: { sub } })}` };
    const response = await ask(`/analytics/sample/weakness-patterns?agent_id=${id(agent)}`, { headers });
    return response.status === 200 ? (await response.json()).data[0].agent_id : response.status;
  };
  for (let round = 0; round < 3; round += 1) {
    assert.equal(await agentFor("anna", 11), id(11));
    assert.equal(await agentFor("bela", 21), id(21));
    assert.equal(await agentFor("bela", 11), 403);
  }
});

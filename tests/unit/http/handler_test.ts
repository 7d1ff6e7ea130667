import assert from "node:assert/strict";
import { internalError } from "../../../shared/kernel/app_error.ts";
import { CacheFigures } from "../../../shared/cache/figures.ts";
import { createHandler } from "../../../shared/http/handler.ts";
import { id } from "../../support/fixtures/sample_rows.ts";
import { FakeClock } from "../../support/fakes/clock.ts";
import { notedFaults } from "../../support/fakes/noted_faults.ts";
import { createHttpRig, createSampleRig, LANES_PATH } from "../../support/rigs/http_rig.ts";
import { KEYS, mintToken } from "../../support/fixtures/tokens.ts";

Deno.test("an answer is data and meta, with its age, its validator and where it came from", async () => {
  const { ask, clock } = createSampleRig();
  const response = await ask(LANES_PATH);
  assert.equal(response.status, 200);
  const { data, meta } = await response.json();
  assert.equal(data.length, 1);
  const as_of = new Date(clock.now()).toISOString();
  assert.deepEqual(meta, {
    resource: "sample/lane-distributions",
    as_of,
    source_as_of: as_of,
    version: 1,
    row_count: 1,
    is_truncated: false,
    total_count: 1,
    withheld_count: 1,
  });
  const { headers } = response;
  assert.match(headers.get("etag") ?? "", /^"[0-9a-f]{32}"$/);
  assert.equal(headers.get("age"), "0");
  assert.equal(headers.get("last-modified"), new Date(Math.floor(clock.now() / 1_000) * 1_000).toUTCString());
  assert.equal(headers.get("cache-status"), "Freshet; fwd=uri-miss; stored; detail=postgres");
  assert.equal(headers.get("cache-control"), "private, max-age=0, must-revalidate");
  assert.equal(headers.get("vary"), "Authorization, Apikey, Accept, Accept-Encoding");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("content-type"), "application/json");
  assert.match(headers.get("server-timing") ?? "", /^identity;dur=[\d.]+, read;dur=[\d.]+, total;dur=[\d.]+$/);
  assert.equal(headers.get("freshet-stale"), null);
  assert.equal(headers.get("set-cookie"), null);
});

Deno.test("the second answer comes from memory, byte for byte the same", async () => {
  const { ask } = createSampleRig();
  const first = await (await ask(LANES_PATH)).text();
  const second = await ask(LANES_PATH);
  assert.equal(second.headers.get("cache-status"), "Freshet; hit; detail=memory");
  assert.equal(await second.text(), first);
});

Deno.test("If-None-Match with the current tag is a 304 without a body, with what the caller does not know yet", async () => {
  const { ask } = createSampleRig();
  const etag = (await ask(LANES_PATH)).headers.get("etag") ?? "";
  const response = await ask(LANES_PATH, { headers: { "if-none-match": etag } });
  assert.equal(response.status, 304);
  assert.equal(await response.text(), "");
  assert.equal(response.headers.get("etag"), etag);
  assert.deepEqual([...response.headers.keys()], [
    ...["age", "cache-control", "etag", "vary", "x-request-id"],
  ]);
  assert.equal(response.headers.get("vary"), "Authorization, Apikey, Accept, Accept-Encoding");
});

Deno.test("HEAD is GET without the body, the length included", async () => {
  const { ask } = createSampleRig();
  const get = await ask(LANES_PATH);
  const head = await ask(LANES_PATH, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(head.headers.get("etag"), get.headers.get("etag"));
  assert.equal(head.headers.get("content-length"), String((await get.arrayBuffer()).byteLength));
  assert.equal(await head.text(), "");
  const missing = await ask("/analytics/nothing", { method: "HEAD" });
  assert.equal(missing.status, 404);
  assert.equal(await missing.text(), "");
});

Deno.test("an answer older than its objective, or served without the source, says Freshet-Stale", async () => {
  const { ask, clock, source } = createSampleRig();
  await ask(LANES_PATH);
  source.is_down = true;
  clock.advance(30_000);
  const response = await ask(LANES_PATH);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("freshet-stale"), "?1");
  assert.equal(response.headers.get("freshet-objective"), "1200");
  assert.equal(response.headers.get("age"), "30");
});

Deno.test("a source that is down and leaves nothing to serve is a 503 with Retry-After", async () => {
  const { ask, source } = createSampleRig();
  source.is_down = true;
  const response = await ask(LANES_PATH);
  assert.equal(response.status, 503);
  assert.equal(response.headers.get("retry-after"), "5");
  assert.equal((await response.json()).code, "SOURCE_UNAVAILABLE");
});

Deno.test("a view that was never refreshed is a 503 NOT_READY with Retry-After", async () => {
  const { ask, source } = createHttpRig();
  source.register("mv_lane_score_distribution");
  const response = await ask(LANES_PATH);
  assert.equal(response.status, 503);
  assert.equal(response.headers.get("retry-after"), "30");
  assert.equal((await response.json()).code, "NOT_READY");
});

Deno.test("a problem is problem+json with a stable code, the request's id, and is never stored", async () => {
  const { ask } = createSampleRig();
  const response = await ask("/analytics/sample/lane-distributions?challenge_id=x&y=1");
  assert.equal(response.status, 400);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  assert.equal(response.headers.get("cache-control"), "no-store");
  const { request_id, detail, ...problem } = await response.json();
  assert.equal(request_id, response.headers.get("x-request-id"));
  assert.match(detail, /challenge_id must be a UUID/);
  assert.deepEqual(problem, {
    type: "about:blank",
    title: "Bad request",
    status: 400,
    code: "BAD_REQUEST",
    errors: [
      { field: "challenge_id", reason: "must be a UUID" },
      { field: "y", reason: "is not a parameter of this resource, which has challenge_id, format, max_age" },
    ],
  });
});

Deno.test("no credential is a 401 that says how to authenticate, and a bad one is a 401 too", async () => {
  const { ask, source } = createSampleRig();
  for (
    const headers of [{}, { apikey: "sb_publishable_wrong_0123" }, {
      authorization: "Bearer x.y.z",
      apikey: KEYS.secret,
    }]
  ) {
    const response = await ask(LANES_PATH, { headers, anonymous: true });
    assert.equal(response.status, 401);
    assert.match(response.headers.get("www-authenticate") ?? "", /^Bearer/);
  }
  assert.equal(source.reads + source.state_reads, 0);
});

const TRAPS = [
  "/analytics",
  "/analytics/",
  "/analytics/sample/lane-distributions/",
  "/analytics//sample/lane-distributions",
  "/analytics/sample/lane-distributions;x=1",
  "/analytics/sample%2flane-distributions",
  "/analytics/sample/lane-distributions.css",
  "/analytics/sample/lane-distributions%00",
  "/analytics/ARENA/lane-distributions",
  "/functions/v1/analytics/sample/lane-distributions",
  "/analytics/health/",
  "/analytics/catalog.json",
  "/analytics/__proto__",
];

for (const path of TRAPS) {
  Deno.test(`the path ${path} is not found, whatever its parameters`, async () => {
    const { ask, source } = createSampleRig();
    const response = await ask(`${path}?challenge_id=${id(1)}`);
    assert.equal(response.status, 404);
    assert.equal((await response.json()).code, "NOT_FOUND");
    assert.equal(source.reads, 0);
  });
}

for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
  Deno.test(`${method} is a 405 that names the methods it would take`, async () => {
    const { ask } = createSampleRig();
    const response = await ask(LANES_PATH, { method, headers: { "x-http-method-override": "GET" } });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "GET, HEAD, OPTIONS");
  });
}

Deno.test("a preflight is answered without credentials and without asking anybody", async () => {
  const { ask, source } = createSampleRig();
  const headers = { origin: "https://app.example", "access-control-request-method": "GET" };
  const response = await ask(LANES_PATH, { method: "OPTIONS", headers, anonymous: true });
  assert.equal(response.status, 204);
  assert.equal(response.headers.get("access-control-allow-origin"), "*");
  const allowed = response.headers.get("access-control-allow-headers")?.split(", ") ?? [];
  for (const name of ["authorization", "x-client-info", "apikey", "content-type", "if-none-match"]) {
    assert.ok(allowed.includes(name), name);
  }
  assert.equal(response.headers.get("access-control-allow-credentials"), null);
  assert.equal(source.reads + source.state_reads, 0);
});

Deno.test("an allow-list of origins names the origin that asked, and nobody else", async () => {
  const { ask } = createSampleRig({ cors: ["https://app.example"] });
  const mine = await ask(LANES_PATH, { headers: { origin: "https://app.example", apikey: KEYS.publishable } });
  assert.equal(mine.headers.get("access-control-allow-origin"), "https://app.example");
  assert.match(mine.headers.get("vary") ?? "", /Origin/);
  const other = await ask(LANES_PATH, { headers: { origin: "https://evil.example", apikey: KEYS.publishable } });
  assert.equal(other.headers.get("access-control-allow-origin"), null);
});

Deno.test("what nobody keyed on does not change the answer", async () => {
  const { ask } = createSampleRig();
  const plain = await (await ask(LANES_PATH)).text();
  const noise = {
    apikey: KEYS.publishable,
    "x-forwarded-host": "evil.example",
    "x-original-url": "/analytics/health",
    "accept-language": "hu",
    origin: "https://evil.example",
    "x-agent-id": id(21),
  };
  assert.equal(await (await ask(LANES_PATH, { headers: noise })).text(), plain);
});

Deno.test("a request leaves one JSON line that names no person and repeats nothing the caller wrote", async () => {
  const { ask, lines } = createSampleRig();
  const token = await mintToken({ claims: { sub: "planted-subject", email: "planted@example.com" } });
  await ask(`/analytics/sample/progress?agent_id=${id(21)}&challenge_id=${id(1)}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await ask("/analytics/planted-path?planted=planted", { headers: { apikey: "sb_secret_planted_000000" } });
  await ask(`${LANES_PATH}&planted=planted`);
  assert.equal(lines.length, 3);
  assert.doesNotMatch(lines.join(), /planted|sb_|eyJ|00000000-/);
  const [first, second, third] = lines.map((line) => JSON.parse(line));
  assert.deepEqual(Object.keys(first), ["request_id", "resource", "outcome", "status", "cache", "ms"]);
  assert.deepEqual([first.outcome, first.status, first.resource], ["FORBIDDEN", 403, "sample/progress"]);
  assert.deepEqual([second.outcome, second.resource], ["NOT_FOUND", null]);
  assert.deepEqual([third.outcome, third.resource, third.cache], ["BAD_REQUEST", "sample/lane-distributions", "none"]);
});

Deno.test("what had to be loaded for the first answer is in its time", async () => {
  const rig = createSampleRig({
    load(resource) {
      rig.clock.advance(20);
      return Promise.resolve(resource);
    },
  });
  const { headers } = await rig.ask(LANES_PATH);
  assert.match(headers.get("server-timing") ?? "", /total;dur=20\.0$/);
  assert.equal(JSON.parse(rig.lines[0] ?? "").ms, 20);
});

Deno.test("the line of a hit may wait; that of a miss, of trouble or of an error may not", async () => {
  const { ask, paces, shared, clock } = createSampleRig();
  const etag = (await ask(LANES_PATH)).headers.get("etag") ?? "";
  await ask(LANES_PATH);
  await ask(LANES_PATH, { headers: { "if-none-match": etag } });
  await ask("/analytics/nothing");
  await ask("/analytics/catalog");
  shared.is_down = true;
  clock.advance(1_100);
  await ask(LANES_PATH);
  // The last request leaves two: what happens behind an answer has a line of its own.
  assert.deepEqual(paces, ["now", "soon", "soon", "now", "now", "now", "now"]);
});

Deno.test("trouble in the cache shows in the line by name", async () => {
  const { ask, lines, shared } = createSampleRig();
  shared.is_down = true;
  await ask(LANES_PATH);
  assert.deepEqual(JSON.parse(lines[0] ?? "").events, ["shared_failed"]);
});

Deno.test("an error that nobody foresaw is a 500 that tells the caller nothing and the log its place", async () => {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const route = () => Promise.reject(new RangeError("planted row text"));
  const clock = new FakeClock();
  const { failed, faults } = notedFaults(clock);
  const site = {
    cors: "*",
    routes: new Map([["/analytics/x", route]]),
    posts: new Map(),
    deletes: new Map(),
    figures: new CacheFigures(0),
    isOperator: () => true,
    faults,
  } as const;
  const handle = createHandler(() => Promise.resolve(site), { clock, log });
  const response = await handle(new Request("http://127.0.0.1/analytics/x"));
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /planted|RangeError|\.ts/);
  assert.match(lines[0] ?? "", /"defect":"RangeError at /);
  assert.doesNotMatch(lines[0] ?? "", /planted/);
  assert.deepEqual(failed.map(({ resource }) => resource), ["/analytics/x"]);
  assert.match(failed[0]?.defect ?? "", /^RangeError at /);
});

Deno.test("a deployment without its variables answers 500, says nothing, and tries again", async () => {
  const lines: string[] = [];
  let tries = 0;
  const handle = createHandler(() => {
    tries += 1;
    return Promise.reject(internalError("Invalid environment: SUPABASE_URL is not set"));
  }, { clock: new FakeClock(), log: (line) => void lines.push(line) });
  for (let call = 0; call < 2; call += 1) {
    const response = await handle(new Request("http://127.0.0.1/analytics/health"));
    assert.equal(response.status, 500);
    assert.doesNotMatch(await response.text(), /SUPABASE/);
  }
  assert.equal(tries, 2);
  assert.match(lines[0] ?? "", /SUPABASE_URL is not set/);
});

Deno.test("a connection that failed is tried again, and one that held is kept", async () => {
  let connections = 0;
  const { fetch } = createHttpRig({
    beforeConnect: () => {
      connections += 1;
      if (connections === 1) throw internalError("not yet");
    },
  });
  const ask = () => fetch(new Request("http://127.0.0.1/analytics/health"));
  assert.deepEqual([(await ask()).status, (await ask()).status, (await ask()).status], [500, 503, 503]);
  assert.equal(connections, 2);
});

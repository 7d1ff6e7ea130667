import assert from "node:assert/strict";
import { id, laneRow } from "../../../support/fixtures/arena_rows.ts";
import { createArenaRig, LANES_PATH } from "../../../support/rigs/http_rig.ts";
import { KEYS, mintToken } from "../../../support/fixtures/tokens.ts";

const LIMITS = {
  user: { requests: 600, seconds: 60 },
  key: { requests: 1_200, seconds: 60 },
  service: null,
  unverified: null,
};

/** A rig whose answer is in memory, so that those that follow are copies of one response. */
async function createWarmRig(options: Parameters<typeof createArenaRig>[0] = {}) {
  const rig = createArenaRig(options);
  await rig.ask(LANES_PATH);
  return rig;
}

Deno.test("copies of one answer differ in what belongs to a request, and in nothing else", async () => {
  const { ask } = await createWarmRig({ rates: () => ({ limits: LIMITS }) });
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
  const { ask, clock, source } = await createWarmRig();
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
  const { ask, clock, source } = await createWarmRig();
  const before = await (await ask(LANES_PATH)).text();
  source.refresh("mv_lane_score_distribution", [laneRow({ p50: 99 })]);
  clock.advance(3_000);
  await ask(LANES_PATH);
  const after = await ask(LANES_PATH);
  assert.equal(after.headers.get("cache-status"), "Freshet; hit; detail=memory");
  assert.notEqual(await after.text(), before);
});

Deno.test("each kind of caller is told of its own limit, whoever had the answer first", async () => {
  const { ask } = await createWarmRig({ rates: () => ({ limits: LIMITS }) });
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
  const { ask } = await createWarmRig({ cors: ["https://one.example", "https://two.example"] });
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
  const { ask, source } = createArenaRig();
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
  const { ask } = await createWarmRig();
  const get = await ask(LANES_PATH);
  const head = await ask(LANES_PATH, { method: "HEAD" });
  assert.equal(await head.text(), "");
  const body = await get.text();
  assert.equal(head.headers.get("content-length"), String(new TextEncoder().encode(body).byteLength));
  assert.equal(await (await ask(LANES_PATH)).text(), body);
});

Deno.test("two tenants who ask the same question never share a copy", async () => {
  const { ask } = createArenaRig();
  const agentFor = async (sub: string, agent: number) => {
    const headers = { authorization: `Bearer ${await mintToken({ claims: { sub } })}` };
    const response = await ask(`/analytics/arena/weakness-patterns?agent_id=${id(agent)}`, { headers });
    return response.status === 200 ? (await response.json()).data[0].agent_id : response.status;
  };
  for (let round = 0; round < 3; round += 1) {
    assert.equal(await agentFor("anna", 11), id(11));
    assert.equal(await agentFor("bela", 21), id(21));
    assert.equal(await agentFor("bela", 11), 403);
  }
});

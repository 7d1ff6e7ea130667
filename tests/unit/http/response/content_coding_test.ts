import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { likesGzip } from "../../../../shared/http/response/content_coding.ts";
import { id, laneRow } from "../../../support/fixtures/arena_rows.ts";
import { createArenaRig, LANES_PATH } from "../../../support/rigs/http_rig.ts";
import { KEYS } from "../../../support/fixtures/tokens.ts";

/** Ten lanes are more than a packet. */
function createLanesRig() {
  const rig = createArenaRig();
  rig.source.refresh(
    "mv_lane_score_distribution",
    Array.from({ length: 10 }, (_, lane) => laneRow({ lane_key: `l${lane}` })),
  );
  return rig;
}

const GZIP = { headers: { "accept-encoding": "gzip, deflate, br", apikey: KEYS.publishable } };

const CASES: readonly (readonly [string | null, boolean])[] = [
  [null, false],
  ["", false],
  ["br", false],
  ["gzip", true],
  ["GZIP;q=0.2", true],
  ["gzip;q=0.2", true],
  ["gzip, deflate, br, zstd", true],
  ["br;q=1.0, gzip;q=0.8, *;q=0.1", true],
  ["gzip;q=0", false],
  ["gzip;q=0.5, identity", false],
  ["gzip, identity;q=0.5", true],
  ["x-gzip-like", false],
];

for (const [header, expected] of CASES) {
  Deno.test(`likesGzip() of ${JSON.stringify(header)} is ${expected}`, () => assert.equal(likesGzip(header), expected));
}

Deno.test("an answer is compressed behind the first that asked for it so, and the next is the same bytes compressed", async () => {
  const { ask } = createLanesRig();
  const first = await ask(LANES_PATH, GZIP);
  assert.equal(first.headers.get("content-encoding"), null);
  const plain = await first.text();
  const second = await ask(LANES_PATH, GZIP);
  assert.equal(second.headers.get("content-encoding"), "gzip");
  assert.equal(second.headers.get("vary"), "Authorization, Apikey, Accept, Accept-Encoding");
  const bytes = new Uint8Array(await second.arrayBuffer());
  assert.equal(new TextDecoder().decode(gunzipSync(bytes)), plain);
  assert.ok(bytes.byteLength < plain.length * 0.35, `${bytes.byteLength} of ${plain.length} bytes`);
});

Deno.test("who does not ask for gzip gets the plain body, also when a compressed one is kept", async () => {
  const { ask } = createLanesRig();
  const plain = await (await ask(LANES_PATH, GZIP)).text();
  const response = await ask(LANES_PATH);
  assert.equal(response.headers.get("content-encoding"), null);
  assert.equal(await response.text(), plain);
});

Deno.test("the two forms have tags of their own, and either is a 304 that repeats the tag it was asked by", async () => {
  const { ask } = createLanesRig();
  const plain = (await ask(LANES_PATH, GZIP)).headers.get("etag") ?? "";
  const compressed = (await ask(LANES_PATH, GZIP)).headers.get("etag") ?? "";
  assert.match(compressed, /^"[0-9a-f]{32}-gzip"$/);
  assert.notEqual(compressed, plain);
  for (
    const [asked, answered] of [[plain, plain], [compressed, compressed], [`W/${compressed}`, compressed], [
      `"x", ${plain}`,
      plain,
    ]] as const
  ) {
    const response = await ask(LANES_PATH, { headers: { ...GZIP.headers, "if-none-match": asked } });
    assert.equal(response.status, 304, asked);
    assert.equal(response.headers.get("etag"), answered);
    assert.equal(response.headers.get("content-encoding"), null);
    assert.equal(await response.text(), "");
  }
  const foreign = await ask(LANES_PATH, { headers: { ...GZIP.headers, "if-none-match": `"${"0".repeat(32)}-gzip"` } });
  assert.equal(foreign.status, 200);
});

Deno.test("HEAD has the length of the form that GET would send", async () => {
  const { ask } = createLanesRig();
  await ask(LANES_PATH, GZIP);
  const get = await ask(LANES_PATH, GZIP);
  const head = await ask(LANES_PATH, { ...GZIP, method: "HEAD" });
  assert.equal(head.headers.get("content-encoding"), "gzip");
  assert.equal(head.headers.get("etag"), get.headers.get("etag"));
  assert.equal(head.headers.get("content-length"), String((await get.arrayBuffer()).byteLength));
  assert.equal(await head.text(), "");
});

Deno.test("a body that fits into a packet, and a problem, are never compressed", async () => {
  const { ask } = createArenaRig();
  for (const path of [LANES_PATH, LANES_PATH, `${LANES_PATH}&x=${"y".repeat(1_500)}`]) {
    const response = await ask(path, GZIP);
    assert.equal(response.headers.get("content-encoding"), null);
    await response.body?.cancel();
  }
});

Deno.test("a compressed body is never shown for another version", async () => {
  const { ask, source, clock } = createLanesRig();
  await ask(LANES_PATH, GZIP);
  await ask(LANES_PATH, GZIP);
  source.refresh(
    "mv_lane_score_distribution",
    Array.from({ length: 10 }, () => laneRow({ lane_key: "new", challenge_id: id(1) })),
  );
  clock.advance(3_100);
  const response = await ask(LANES_PATH, GZIP);
  assert.equal(response.headers.get("content-encoding"), null);
  assert.match(await response.text(), /"new"/);
});

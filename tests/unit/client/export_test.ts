import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import {
  createFreshet,
  type ExportFilters,
  type ExportProgress,
  FreshetError,
  type Resources,
} from "../../../shared/client/mod.ts";
import { settle } from "../../support/fakes/clock.ts";
import { exportId } from "../../support/fakes/exports.ts";
import { id } from "../../support/fixtures/sample_rows.ts";
import { KEYS } from "../../support/fixtures/tokens.ts";
import { createSampleFreshet, fetchOf, PROJECT } from "../../support/rigs/client_rig.ts";
import type { Same } from "../../support/types/client_types.ts";
import { createExportRig } from "../../support/rigs/export_rig.ts";

/** Compiles while an export takes the filters of a resource, and none of the parameters that cut its answer. */
const filters: Same<
  keyof ExportFilters<"sample/heatmap">,
  Exclude<keyof Resources["sample/heatmap"]["params"], "limit" | "cursor">
> = true;

const LANES = "sample/lane-distributions";
const FILTERS = { challenge_id: id(1) };

/** The client over the real function; what a test gives to `atWaits` happens at its waits, one at each. */
function exportingRig(key: string = KEYS.secret) {
  const server = createExportRig();
  const asked: Request[] = [];
  const waited: number[] = [];
  const at_waits: (() => void)[] = [];
  const net = { fails: 0, held: Promise.resolve() };
  const answered = fetchOf(server, asked);
  const options = {
    url: PROJECT,
    key,
    fetch: ((input, init) => {
      if (net.fails === 0) return net.held.then(() => answered(input, init));
      net.fails -= 1;
      return Promise.reject(new TypeError("no network"));
    }) as typeof fetch,
    sleep(milliseconds: number, signal: AbortSignal | null) {
      waited.push(milliseconds);
      at_waits.shift()?.();
      signal?.throwIfAborted();
      return Promise.resolve();
    },
  };
  const freshet = createSampleFreshet(options);
  const methods = () => asked.map(({ method, url }) => `${method} ${new URL(url).pathname}${new URL(url).search}`);
  return {
    ...server,
    freshet,
    asked,
    waited,
    methods,
    net,
    options,
    atWaits: (...acts: (() => void)[]) => at_waits.push(...acts),
  };
}

async function failureOf(work: Promise<unknown>): Promise<FreshetError> {
  const error = await work.then(() => null, (thrown) => thrown);
  assert.ok(error instanceof FreshetError, String(error));
  return error;
}

/** Lets what goes on in the background come to its end. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await settle();
}

/** The rig verifies tokens on other threads, so that a busy machine needs more turns. */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !holds(); tries += 1) await settled();
}

const POST = "POST /functions/v1/export";
const GET = `GET /functions/v1/export/${exportId(1)}`;
const DELETE = `DELETE /functions/v1/export/${exportId(1)}`;

Deno.test("a small export is one call, and its file comes with a link", async () => {
  const { freshet, exports, clock, methods, waited } = exportingRig();
  exports.first = exports.done();
  const file = await freshet.export(LANES, FILTERS, { format: "ndjson", compression: "gzip", link_seconds: 60 });
  const after = (seconds: number) => new Date(clock.now() + seconds * 1_000).toISOString();
  const day = after(0).slice(0, 10);
  assert.deepEqual(file, {
    export_id: exportId(1),
    url: `${PROJECT}/storage/file.ndjson?download=sample-lane-distributions-${day}.ndjson.gz&seconds=60`,
    expires_at: after(60),
    file_expires_at: file.file_expires_at,
    format: "ndjson",
    compression: "gzip",
    row_count: 20_000,
    byte_count: 1_234_567,
    withheld_count: 3,
    as_of: null,
  });
  assert.equal(Date.parse(file.file_expires_at), clock.now() + 86_400_000);
  assert.deepEqual([methods(), waited], [[POST], []]);
  const { resource, filters, format, is_gzip, has_bom, link_seconds } = exports.orders[0] ?? assert.fail();
  assert.deepEqual(
    { resource, filters, format, is_gzip, has_bom, link_seconds },
    { resource: LANES, filters: FILTERS, format: "ndjson", is_gzip: true, has_bom: false, link_seconds: 60 },
  );
});

Deno.test("a long export is looked at after each Retry-After, says how far it is, and ends with its file", async () => {
  const { freshet, exports, methods, waited, atWaits } = exportingRig();
  const seen: ExportProgress[] = [];
  atWaits(
    () => exports.became({ status: "frozen", row_count: 20_000, done_count: 5_000 }),
    () => exports.became(exports.done()),
  );
  const file = await freshet.export(LANES, FILTERS, {
    link_seconds: 900,
    onProgress: (progress) => seen.push(progress),
  });
  assert.deepEqual(seen, [
    { export_id: exportId(1), state: "queued", percent: 0, row_count: null },
    { export_id: exportId(1), state: "running", percent: 25, row_count: 20_000 },
  ]);
  assert.match(file.url, /seconds=900$/);
  assert.deepEqual([methods(), waited], [[POST, `${GET}?link_seconds=900`, `${GET}?link_seconds=900`], [2_000, 2_000]]);
});

Deno.test("an export that fails, is cancelled elsewhere or is removed rejects with why", async () => {
  const ends = [
    [{ status: "failed", error_code: "TOO_MANY_ROWS" }, "TOO_MANY_ROWS", /5,000,000/],
    [{ status: "failed", error_code: "TOO_SLOW" }, "TOO_SLOW", /two minutes/],
    [{ status: "cancelled" }, "CANCELLED", /cancelled/],
    [{ status: "expired" }, "EXPIRED", /removed/],
  ] as const;
  for (const [end, code, detail] of ends) {
    const { freshet, exports, atWaits } = exportingRig();
    atWaits(() => exports.became(end));
    const failure = await failureOf(freshet.export(LANES, FILTERS));
    assert.equal(failure.code, code);
    assert.match(failure.detail, detail);
    assert.match(failure.request_id ?? "", /^[0-9a-f-]{36}$/);
  }
});

Deno.test("the filters of an export are the parameters that do not cut the answer", async () => {
  assert.ok(filters);
  const { freshet } = exportingRig();
  const cut = { week_from: "2026-01-05", limit: 5 };
  // The types allow a variable with more members; the API does not.
  const failure = await failureOf(freshet.export("sample/heatmap", cut));
  assert.deepEqual(failure.errors, [{ field: "limit", reason: "is not for an export, which holds all rows" }]);
});

Deno.test("an order that is refused rejects with the problem of the API", async () => {
  const { freshet, methods } = exportingRig(KEYS.publishable);
  assert.equal((await failureOf(freshet.export(LANES, FILTERS))).code, "FORBIDDEN");
  const admin = exportingRig();
  const bom = await failureOf(admin.freshet.export(LANES, FILTERS, { format: "ndjson", bom: true }));
  assert.deepEqual([bom.code, bom.errors], ["BAD_REQUEST", [{ field: "bom", reason: "is for csv only" }]]);
  assert.deepEqual(methods(), [POST]);
});

Deno.test("an order beyond the exports that may run at once is sent again when the API says", async () => {
  const { freshet, exports, waited, methods, atWaits } = exportingRig();
  exports.refused_by = "caller";
  exports.first = exports.done();
  atWaits(() => exports.refused_by = null);
  await freshet.export(LANES, FILTERS);
  assert.deepEqual([waited, methods()], [[30_000], [POST, POST]]);
});

Deno.test("an abort while it runs cancels the export, and rejects with the abort's reason", async () => {
  const { freshet, exports, methods, atWaits } = exportingRig();
  const stop = new AbortController();
  const reason = new Error("the page was left");
  atWaits(() => stop.abort(reason));
  await assert.rejects(freshet.export(LANES, FILTERS, { signal: stop.signal }), reason);
  await until(() => exports.jobs.get(exportId(1))?.status === "cancelled");
  assert.deepEqual(methods(), [POST, DELETE]);
  assert.equal(exports.jobs.get(exportId(1))?.status, "cancelled");
});

Deno.test("an abort while the order is on its way rejects at once, and cancels the export that the order made", async () => {
  const { freshet, exports, methods, net } = exportingRig();
  const held = Promise.withResolvers<void>();
  net.held = held.promise;
  const stop = new AbortController();
  const reason = new Error("the page was left");
  const work = freshet.export(LANES, FILTERS, { signal: stop.signal });
  let rejected: unknown;
  work.catch((error) => rejected = error);
  stop.abort(reason);
  await settled();
  assert.equal(rejected, reason);
  held.resolve();
  await until(() => exports.jobs.get(exportId(1))?.status === "cancelled");
  assert.deepEqual(methods(), [POST, DELETE]);
  assert.equal(exports.jobs.get(exportId(1))?.status, "cancelled");
});

Deno.test("an abort before the call sends nothing, and one after the end removes no file", async () => {
  const { freshet, exports, methods } = exportingRig();
  const reason = new Error("the page was left");
  await assert.rejects(freshet.export(LANES, FILTERS, { signal: AbortSignal.abort(reason) }), reason);
  assert.deepEqual(methods(), []);
  exports.first = exports.done();
  const stop = new AbortController();
  await freshet.export(LANES, FILTERS, { signal: stop.signal });
  stop.abort(reason);
  await settled();
  assert.deepEqual(methods(), [POST]);
});

Deno.test("a running export outlives two looks without network, and not a third", async () => {
  const rig = exportingRig();
  rig.atWaits(() => rig.net.fails = 2, () => rig.exports.became(rig.exports.done()));
  assert.equal((await rig.freshet.export(LANES, FILTERS)).row_count, 20_000);
  const other = exportingRig();
  other.atWaits(() => other.net.fails = 3);
  assert.equal((await failureOf(other.freshet.export(LANES, FILTERS))).code, "UNREACHABLE");
});

Deno.test("over supabase-js an export is ordered, looked at and cancelled as over fetch", async () => {
  const { options, exports, methods, atWaits } = exportingRig();
  const { fetch, sleep, key } = options;
  const supabase = createClient(PROJECT, key, {
    global: { fetch },
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const freshet = createFreshet({ supabase, sleep });
  const sampled = createSampleFreshet({ supabase, sleep });
  assert.equal(typeof freshet.export, "function");
  atWaits(() => exports.became(exports.done()));
  assert.equal((await sampled.export(LANES, FILTERS)).byte_count, 1_234_567);
  const stop = new AbortController();
  const reason = new Error("the page was left");
  atWaits(() => stop.abort(reason));
  await assert.rejects(sampled.export(LANES, FILTERS, { signal: stop.signal }), reason);
  await settled();
  const second = DELETE.replace(exportId(1), exportId(2));
  assert.deepEqual(methods(), [POST, GET, POST, second]);
});

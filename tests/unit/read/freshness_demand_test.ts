import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { sha256 } from "../../../shared/adapters/runtime/sha256.ts";
import { AppError } from "../../../shared/kernel/app_error.ts";
import { createQuestion } from "../../../shared/read/question.ts";
import { readDemanded } from "../../../shared/read/read_demanded.ts";
import { readResource } from "../../../shared/read/read_resource.ts";
import { RefreshOnDemand } from "../../../shared/read/refresh_on_demand.ts";
import { laneDistributions } from "../../support/sample_pack/lane_distributions.ts";
import { samplePack as resources } from "../../support/sample_pack/mod.ts";
import { id, laneRow } from "../../support/fixtures/sample_rows.ts";
import { settle } from "../../support/fakes/clock.ts";
import { FakeRefreshes, requestOf } from "../../support/fakes/refreshes.ts";
import { createSampleRig, LANES_PATH } from "../../support/rigs/http_rig.ts";
import { createWorld } from "../../support/rigs/read_rig.ts";
import { mintToken } from "../../support/fixtures/tokens.ts";

const VIEW = "mv_lane_score_distribution";
const DEMANDED = { view: VIEW, asked_by: "reader" };

/** A rig whose lanes were verified 100 seconds ago; with `on_demand` they refresh when somebody demands it. */
function agedRig({ on_demand = false } = {}) {
  const refreshes = new FakeRefreshes();
  const declared = resources.map((resource) =>
    resource.view === VIEW ? { ...resource, refresh_on_demand: on_demand } : resource
  );
  const rig = createSampleRig({ refreshes, resources: declared });
  rig.clock.advance(100_000);
  return { ...rig, refreshes };
}

async function codeOf(response: Response): Promise<string> {
  return response.status === 200 ? "OK" : (await response.json()).code;
}

Deno.test("rows as old as demanded are answered, and older ones are not: the age is the header's", async () => {
  const { ask } = agedRig();
  const young = await ask(`${LANES_PATH}&max_age=100`);
  deepEqual([young.status, young.headers.get("age")], [200, "100"]);
  equal(await codeOf(await ask(`${LANES_PATH}&max_age=99`)), "TOO_STALE");
});

Deno.test("TOO_STALE says how old the rows are, when the next refresh is due, and when to ask again", async () => {
  const { ask, clock, refreshes } = agedRig();
  refreshes.next = clock.now() + 240_000;
  const response = await ask(`${LANES_PATH}&max_age=60`);
  equal(response.status, 503);
  equal(response.headers.get("retry-after"), "245", "the refresh has to run and to be seen");
  equal(response.headers.get("cache-control"), "no-store");
  const { title, age_seconds, max_age_seconds, next_refresh_at, detail } = await response.json();
  deepEqual({ title, age_seconds, max_age_seconds, next_refresh_at }, {
    title: "Too stale",
    age_seconds: 100,
    max_age_seconds: 60,
    next_refresh_at: new Date(clock.now() + 240_000).toISOString(),
  });
  match(detail, /^The rows of sample\/lane-distributions are 100 seconds old, and at most 60 were demanded;/);
});

Deno.test("where nobody knows the next refresh the caller is told to come back in a minute", async () => {
  const { ask, refreshes } = agedRig();
  refreshes.nextAt = () => Promise.reject(new AppError("SOURCE_UNAVAILABLE", { detail: "planted" }));
  const response = await ask(`${LANES_PATH}&max_age=60`);
  deepEqual([response.status, response.headers.get("retry-after")], [503, "60"]);
  equal((await response.json()).next_refresh_at, null);
});

Deno.test("a header that names an age demands it; what browsers send on a reload demands nothing", async () => {
  const { ask } = agedRig();
  const send = async (cache_control: string, search = "") =>
    await codeOf(await ask(LANES_PATH + search, { headers: { "cache-control": cache_control } }));
  for (const demand of ["max-age=60", "no-transform, Max-Age=60", 'max-age="60"', "max-age=60, no-cache"]) {
    equal(await send(demand), "TOO_STALE", demand);
  }
  const harmless = ["max-age=0", "no-cache", "no-store", "max-age=100", "max-stale=60", "max-age=x", "s-max-age=60"];
  for (const demand of harmless) equal(await send(demand), "OK", demand);
  equal(await send("max-age=60", "&max_age=200"), "TOO_STALE", "of two demands the stricter holds");
  equal(await send("max-age=200", "&max_age=60"), "TOO_STALE", "of two demands the stricter holds");
  equal(await send("max-age=0", "&max_age=60"), "TOO_STALE", "a reload withdraws no demand of the page");
});

Deno.test("max_age is a whole number of seconds from 1, given once, and every resource has it", async () => {
  const { ask } = agedRig();
  for (const wrong of ["0", "-1", "1.5", "abc", "", "1e3", "9999999999"]) {
    const response = await ask(`${LANES_PATH}&max_age=${wrong}`);
    equal(response.status, 400, wrong);
    deepEqual((await response.json()).errors, [
      { field: "max_age", reason: "must be a whole number of seconds, at least 1" },
    ]);
  }
  equal((await ask(`${LANES_PATH}&max_age=100&max_age=100`)).status, 400);
  equal((await ask(`/analytics/sample/time-to-first-win?max_age=1000`)).status, 200);
});

Deno.test("a demand makes no second entry: same tag, same memory, same Redis", async () => {
  const { ask, source, shared } = agedRig();
  const plain = await ask(LANES_PATH);
  const entries = shared.held.size;
  const demanding = await ask(`${LANES_PATH}&max_age=500`);
  equal(demanding.headers.get("etag"), plain.headers.get("etag"));
  equal(demanding.headers.get("cache-status"), "Freshet; hit; detail=memory");
  deepEqual([source.reads, shared.held.size], [1, entries]);
});

Deno.test("a 304 keeps to the demand: unchanged rows may be too old all the same", async () => {
  const { ask } = agedRig();
  const etag = (await ask(LANES_PATH)).headers.get("etag") ?? "";
  const headers = { "if-none-match": etag };
  equal((await ask(`${LANES_PATH}&max_age=100`, { headers })).status, 304);
  equal((await ask(`${LANES_PATH}&max_age=99`, { headers })).status, 503);
});

Deno.test("CSV keeps to the demand, and the refusal is problem JSON", async () => {
  const { ask } = agedRig();
  equal((await ask(`${LANES_PATH}&format=csv&max_age=100`)).headers.get("content-type")?.slice(0, 8), "text/csv");
  const response = await ask(`${LANES_PATH}&format=csv&max_age=99`);
  deepEqual([response.status, response.headers.get("content-type")], [503, "application/problem+json"]);
});

Deno.test("whoever may not read the rows is not told their age", async () => {
  const { ask } = agedRig();
  const headers = { authorization: `Bearer ${await mintToken()}` };
  equal(await codeOf(await ask("/analytics/sample/summary-stats?max_age=1", { headers })), "FORBIDDEN");
});

Deno.test("a refresh that nobody has seen yet counts: who would be turned away has the database asked", async () => {
  const { ask, clock, source } = agedRig();
  await ask(LANES_PATH);
  source.verify(VIEW);
  clock.advance(100);
  equal((await ask(LANES_PATH)).headers.get("age"), "100", "the pointer is known for a second");
  const demanding = await ask(`${LANES_PATH}&max_age=10`);
  deepEqual([demanding.status, demanding.headers.get("age")], [200, "0"]);
});

Deno.test("however many are turned away, the database is asked about versions ten times a second", async () => {
  const { ask, clock, source } = agedRig();
  await ask(`${LANES_PATH}&max_age=10`);
  const before = source.state_reads;
  for (let count = 0; count < 20; count++) equal((await ask(`${LANES_PATH}&max_age=10`)).status, 503);
  equal(source.state_reads, before);
  clock.advance(100);
  await Promise.all(Array.from({ length: 20 }, () => ask(`${LANES_PATH}&max_age=10`)));
  equal(source.state_reads, before + 1);
});

Deno.test("with the database down, a demand that the last known rows meet is met", async () => {
  const { ask, source } = agedRig();
  await ask(LANES_PATH);
  source.is_down = true;
  const met = await ask(`${LANES_PATH}&max_age=3600`);
  deepEqual([met.status, met.headers.get("age")], [200, "100"]);
  equal(await codeOf(await ask(`${LANES_PATH}&max_age=10`)), "TOO_STALE");
});

Deno.test("a resource that does not say so is never refreshed by its readers", async () => {
  const { ask, refreshes } = agedRig();
  await ask(`${LANES_PATH}&max_age=10`);
  deepEqual(refreshes.asked, []);
});

Deno.test("a resource that refreshes on demand is refreshed once, for all who demand it at once", async () => {
  const { ask, source, refreshes } = agedRig({ on_demand: true });
  refreshes.work = async (view) => {
    await settle();
    source.refresh(view, [laneRow({ lane_key: "new" })]);
    return requestOf({ [view]: "refreshed" });
  };
  const answers = await Promise.all(Array.from({ length: 30 }, () => ask(`${LANES_PATH}&max_age=10`)));
  deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  deepEqual(refreshes.asked, [DEMANDED]);
  equal((await answers[0]?.json()).data[0].lane_key, "new");
  equal((await ask(LANES_PATH)).headers.get("age"), "0");
});

Deno.test("a refresh that found nothing to do meets the demand as well", async () => {
  const { ask, clock, source, refreshes } = agedRig({ on_demand: true });
  const sleep = clock.sleep.bind(clock);
  // The refresh ends before anybody's patience does.
  clock.sleep = (milliseconds) => milliseconds === 2_000 ? new Promise(() => {}) : sleep(milliseconds);
  refreshes.work = (view) => {
    clock.advance(50);
    source.verify(view);
    return Promise.resolve(requestOf({ [view]: "skipped_clean" }));
  };
  const response = await ask(`${LANES_PATH}&max_age=10`);
  deepEqual([response.status, refreshes.asked], [200, [DEMANDED]]);
});

Deno.test("demands set off one refresh a minute, and those in between are told when to come", async () => {
  const { ask, clock, refreshes, lines } = agedRig({ on_demand: true });
  refreshes.work = () => Promise.reject(new AppError("RATE_LIMITED", { detail: "planted" }));
  for (let count = 0; count < 5; count++) equal((await ask(`${LANES_PATH}&max_age=10`)).status, 503);
  deepEqual(refreshes.asked, [DEMANDED]);
  ok(lines.some((line) => line.includes("refresh_demanded")));
  clock.advance(60_000);
  await ask(`${LANES_PATH}&max_age=10`);
  deepEqual(refreshes.asked, [DEMANDED, DEMANDED]);
});

Deno.test("a demand follows what waits in the queue, and is met when the queue has done it", async () => {
  const { ask, clock, source, refreshes } = agedRig({ on_demand: true });
  const sleep = clock.sleep.bind(clock);
  clock.sleep = (milliseconds) => milliseconds === 2_000 ? new Promise(() => {}) : sleep(milliseconds);
  refreshes.work = (view) => Promise.resolve(requestOf({ [view]: null }));
  refreshes.look = (id) => {
    refreshes.looks += 1;
    if (refreshes.looks < 3) return Promise.resolve(requestOf({ [VIEW]: null }, id));
    source.refresh(VIEW, [laneRow({ lane_key: "new" })]);
    return Promise.resolve(requestOf({ [VIEW]: "refreshed" }, id));
  };
  const response = await ask(`${LANES_PATH}&max_age=10`);
  deepEqual([response.status, refreshes.looks], [200, 3]);
  equal((await response.json()).data[0].lane_key, "new");
});

Deno.test("while a refresh waits in the queue callers are told the queue's next slot, and nobody asks for a second one", async () => {
  const { ask, clock, refreshes, lines } = agedRig({ on_demand: true });
  refreshes.work = (view) => Promise.resolve(requestOf({ [view]: null }));
  refreshes.next = clock.now() + 900_000;
  for (let count = 0; count < 3; count++) {
    refreshes.queue_next = clock.now() + 2_000 + 8_000;
    const response = await ask(`${LANES_PATH}&max_age=10`);
    deepEqual([response.status, response.headers.get("retry-after")], [503, "13"]);
    equal((await response.json()).next_refresh_at, new Date(refreshes.queue_next).toISOString());
    clock.advance(45_000);
  }
  deepEqual(refreshes.asked, [DEMANDED]);
  ok(lines.some((line) => line.includes("refresh_demanded")));
});

Deno.test("a young enough answer sets off no refresh", async () => {
  const { ask, refreshes } = agedRig({ on_demand: true });
  await ask(`${LANES_PATH}&max_age=100`);
  await ask(LANES_PATH);
  deepEqual(refreshes.asked, []);
});

Deno.test("nobody waits more than two seconds for a refresh", async () => {
  const { fetch, clock, refreshes, background } = agedRig({ on_demand: true });
  let end: (request: null) => void = () => {};
  refreshes.work = () => new Promise((resolve) => end = resolve);
  const began = clock.now();
  const headers = { apikey: "sb_publishable_0123456789abcdef" };
  const response = await fetch(new Request(`http://127.0.0.1:9999${LANES_PATH}&max_age=10`, { headers }));
  equal(await codeOf(response), "TOO_STALE");
  equal(clock.now() - began, 2_000);
  ok(background.length > 0, "the refresh goes on behind the answer");
  end(null);
  await Promise.all(background);
});

Deno.test("a preflight lets the header pass", async () => {
  const { ask } = agedRig();
  const response = await ask(LANES_PATH, { method: "OPTIONS", anonymous: true });
  match(response.headers.get("access-control-allow-headers") ?? "", /\bcache-control\b/);
});

Deno.test("while another isolate fetches the newest version, a demand waits for it and not for the one before", async () => {
  const { clock, source, isolate } = createWorld();
  const [one, other] = [isolate(), isolate()];
  const asked = { resource: laneDistributions, params: { challenge_id: id(1) } };
  source.refresh(VIEW, [laneRow()]);
  await one.read(asked);
  await other.read(asked);
  clock.advance(100_000);
  source.refresh(VIEW, [laneRow({ lane_key: "new" })]);
  clock.advance(2_500);

  let open: () => void = () => {};
  source.gate = new Promise((resolve) => open = resolve);
  const fetching = one.read(asked);
  await settle();
  await settle();
  await settle();
  await settle();
  const request = {
    question: createQuestion({
      resource: laneDistributions,
      params: laneDistributions.params.parse(asked.params),
      format: "json",
      place: null,
      max_age: null,
    }, sha256),
    scope: { label: "public", restriction: null },
    if_none_match: null,
    emit: () => {},
  };
  const refreshes = new RefreshOnDemand(new FakeRefreshes(), { clock, waitUntil: () => {} });
  const demanding = readDemanded(other.reader, { ...request, read: () => readResource(other.reader, request) }, {
    max_age_seconds: 10,
    refreshes,
  });
  for (let turn = 0; turn < 8; turn++) await settle();
  open();
  const [first, answer] = await Promise.all([fetching, demanding]);
  equal(answer.etag, first.answer.etag);
  equal(answer.freshness.age_seconds <= 10, true);
  notEqual(answer.kind, "not_modified");
});

// What the caches promise across isolates, counted in the database itself.
import { deepEqual, equal, ok } from "node:assert/strict";
import postgres from "postgres";
import { challenge, memberAgent, plantArena, refreshAll } from "../../../../tests/support/fixtures/arena.ts";
import { type Product, startProduct } from "../../../../tests/support/rigs/product.ts";
import { pause } from "../../../../stack/pause.ts";

let product: Product;
let superuser: postgres.Sql;

Deno.test.beforeAll(async () => {
  product = await startProduct({ isolates: { analytics: 2 } });
  superuser = postgres(product.stack.superuserUrl, { max: 1, onnotice: () => {} });
  await plantArena(product.sql);
});
Deno.test.afterAll(async () => {
  await superuser.end();
  await product.stop();
});

function cacheTest(name: string, body: () => Promise<void>): void {
  Deno.test({ name, fn: body, sanitizeOps: false, sanitizeResources: false });
}

/** How often the database has run analytics.read_view so far, for all callers. */
async function countReads(): Promise<number> {
  const [row] = await superuser`
    select coalesce(sum(calls), 0)::integer as calls from extensions.pg_stat_statements
    where query like '%read_view%' and query not like '%pg_stat_statements%'`;
  return Number(row?.calls);
}

function isolate(index: number): string {
  const url = product.stack.functionUrls["analytics"]?.[index];
  if (url === undefined) throw new Error(`There is no isolate ${index}`);
  return `${url}/analytics`;
}

async function ask(index: number, path: string): Promise<Response> {
  return await fetch(`${isolate(index)}${path}`, { headers: { apikey: product.stack.keys.secretKey } });
}

cacheTest(
  "fifty concurrent misses across two isolates are one read of the database, and all get the same bytes",
  async () => {
    const reads: number[] = [];
    // Others wait 200 ms for the reader, then read themselves, once an isolate: on a busy machine that happens, not each time.
    for (let weeks = 10; weeks < 15 && reads.at(-1) !== 1; weeks++) {
      const path = `/arena/progress?agent_id=${memberAgent}&challenge_id=${challenge}&weeks=${weeks}`;
      const before = await countReads();
      const answers = await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const response = await ask(index % 2, path);
          return [response.status, await response.text()] as const;
        }),
      );
      reads.push(await countReads() - before);
      deepEqual([...new Set(answers.map(([status]) => status))], [200]);
      equal(new Set(answers.map(([, body]) => body)).size, 1);
    }
    equal(reads.at(-1), 1);
    ok(Math.max(...reads) <= 2, `one of the rounds cost ${Math.max(...reads)} reads`);
  },
);

cacheTest("an isolate's memory costs no call to Redis, another isolate's answer costs one", async () => {
  const { redis } = product.stack;
  ok(redis !== null, "these tests need Redis");
  const path = `/arena/progress?agent_id=${memberAgent}&challenge_id=${challenge}&weeks=6`;
  await (await ask(0, path)).text();
  await pause(100); // the entry is shared behind the answer

  /** Redis' calls so far, with an isolate that has just looked the versions up: what it knew before has lapsed by then. */
  const warmed = async (index: number) => {
    await pause(1_100);
    await (await ask(index, `/arena/time-to-first-win`)).text();
    await pause(100);
    return redis.traffic().calls;
  };
  await warmed(1);
  const afterWarming = await warmed(0);
  const second = await ask(0, path);
  await second.text();
  equal(redis.traffic().calls - afterWarming, 0, "a hit in memory");
  const notModified = await fetch(`${isolate(0)}${path}`, {
    headers: { apikey: product.stack.keys.secretKey, "if-none-match": second.headers.get("etag") ?? "" },
  });
  equal(notModified.status, 304);
  equal(redis.traffic().calls - afterWarming, 0, "a 304");
  const beforeShared = await warmed(1);
  await (await ask(1, path)).text();
  equal(redis.traffic().calls - beforeShared, 1, "a hit in Redis");
});

cacheTest("no answer mixes versions while refreshes run under load", async () => {
  // Every refresh shows one score everywhere in the challenge, and another one than the refresh before.
  const scoreOf = new Map<number, number>();
  const path = `/arena/lane-distributions?challenge_id=${challenge}`;
  let running = true;
  const seen: { version: number; scores: number[] }[] = [];

  async function load(index: number): Promise<void> {
    while (running) {
      const response = await ask(index % 2, path);
      equal(response.status, 200);
      const { data, meta } = await response.json();
      seen.push({
        version: meta.version,
        scores: data.flatMap((row: Record<string, number>) => [row["min_score"], row["p50"], row["max_score"]]),
      });
    }
  }

  async function rewrite(score: number): Promise<void> {
    const lanes = Object.fromEntries(["a", "b", "c", "d"].map((lane) => [lane, score]));
    await product.sql`update public.submissions set final_lane_scores = ${
      product.sql.json(lanes)
    } where challenge_id = ${challenge}`;
    const [row] = await product.sql`select version::integer from analytics.refresh_view('mv_lane_score_distribution')`;
    scoreOf.set(Number(row?.version), score);
  }

  await rewrite(1);
  await pause(3_200);
  const clients = Array.from({ length: 16 }, (_, index) => load(index));
  for (let score = 2; score <= 12; score++) {
    await rewrite(score);
    await pause(500);
  }
  running = false;
  await Promise.all(clients);

  const versions = new Set(seen.map((answer) => answer.version));
  ok(versions.size >= 3, `only ${versions.size} versions were seen in ${seen.length} answers`);
  for (const { version, scores } of seen) {
    deepEqual([...new Set(scores)], [scoreOf.get(version)], `version ${version}`);
    equal(scores.length, 12);
  }
});

cacheTest("a view that was never refreshed is 503 NOT_READY with Retry-After", async () => {
  const setActive = (active: boolean) =>
    product
      .sql`select cron.alter_job(jobid, active => ${active}) from cron.job where jobname = 'refresh-mv_time_to_first_win'`;
  // Its schedule may come in between.
  await setActive(false);
  await product.sql`refresh materialized view analytics.mv_time_to_first_win with no data`;
  await pause(3_200);
  const response = await ask(0, "/arena/time-to-first-win?challenge_id=" + challenge);
  equal(response.status, 503);
  ok(Number(response.headers.get("retry-after")) > 0);
  equal((await response.json()).code, "NOT_READY");
  await setActive(true);
  await refreshAll(product.sql);
});

cacheTest("Redis gone costs an answer little and changes nothing in it", async () => {
  await product.stack.redis?.setFault({ kind: "refuse" });
  const path = `/arena/progress?agent_id=${memberAgent}&challenge_id=${challenge}&weeks=7`;
  const response = await ask(0, path);
  equal(response.status, 200);
  equal((await response.json()).data.length, 3);
});

cacheTest(
  "the database gone: what is known is served as stale, what is not is 503 with Retry-After, and no driver message",
  async () => {
    const known = `/arena/progress?agent_id=${memberAgent}&challenge_id=${challenge}&weeks=8`;
    await (await ask(0, known)).text();
    await product.sql.end({ timeout: 5 });
    await superuser.end({ timeout: 5 });
    await product.stack.parts.find((part) => part.name === "postgres")?.stop();
    await pause(1_200);

    const stale = await ask(0, known);
    equal(stale.status, 200);
    equal(stale.headers.get("freshet-stale"), "?1");
    equal((await stale.json()).data.length, 3);

    const unknown = await ask(0, `/arena/progress?agent_id=${memberAgent}&challenge_id=${challenge}&weeks=9`);
    equal(unknown.status, 503);
    ok(Number(unknown.headers.get("retry-after")) > 0);
    const body = await unknown.text();
    equal(JSON.parse(body).code, "SOURCE_UNAVAILABLE");
    ok(!/ECONN|postgres|connect|127\.0\.0\.1/i.test(body), body);
  },
);

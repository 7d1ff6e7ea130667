// Answers of one organisation outlive the writes of another, and none of its own: through the origin, two isolates, the real
// Redis and the real database.
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import { type Product, startProduct } from "../../../../tests/support/rigs/product.ts";
import {
  asMember,
  type Organisation,
  organisations,
  plantTraining,
} from "../../../../tests/support/fixtures/training.ts";
import { pause } from "../../../../stack/pause.ts";

/** The views behind what this test asks for. */
const VIEWS = ["mv_org_activity_day", "mv_user_activity_day"] as const;
const PATHS = ["org-overview", "attempt-trend?days=12", "activity-calendar?year=2026"] as const;
/** After this time every isolate knows a refresh. */
const SEEN_MS = 3_100;

let product: Product;

Deno.test.beforeAll(async () => {
  product = await startProduct({ isolates: { analytics: 2 }, variables: { FRESHET_RATE_LIMITS: "none" } });
  const { sql } = product;
  await plantTraining(sql);
  await sql`select cron.alter_job(j.jobid, active => false) from cron.job as j where j.jobname = any(${
    VIEWS.map((view) => `refresh-${view}`)
  })`;
  for (const view of VIEWS) {
    await sql`
      select analytics.register_view(
        view_name => v.view_name, pack => v.pack, schedule => v.schedule, stale_after => v.stale_after, incremental => true
      ) from analytics.views as v where v.view_name = ${view}`;
    await sql`select analytics.refresh_view(${view})`;
  }
  await pause(SEEN_MS);
});
Deno.test.afterAll(() => product.stop());

interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly from: string;
  readonly body: string;
}

async function ask(org: Organisation, path: string, { isolate = 0, etag = "" } = {}): Promise<Answer> {
  const { stack } = product;
  // A compressed answer has a tag of its own, from the second on.
  const headers = { ...await asMember(stack, { subject: "root", org, role: "admin" }), "accept-encoding": "identity" };
  const url = `${stack.functionUrls["analytics"]?.[isolate]}/analytics/training/${path}`;
  const response = await fetch(url, { headers: etag === "" ? headers : { ...headers, "if-none-match": etag } });
  const from = /detail=([a-z-]+)/.exec(response.headers.get("cache-status") ?? "")?.[1] ?? "none";
  return { status: response.status, etag: response.headers.get("etag"), from, body: await response.text() };
}

async function askAll(org: Organisation, isolate = 0): Promise<Answer[]> {
  return await Promise.all(PATHS.map((path) => ask(org, path, { isolate })));
}

/** Commits a write, refreshes the views, and waits until every isolate knows it. */
async function after(write: string): Promise<void> {
  const { sql } = product;
  await sql.unsafe(write);
  for (const view of VIEWS) {
    const [row] = await sql`select outcome, version::integer from analytics.refresh_view(${view})`;
    equal(row?.["outcome"], "refreshed", view);
  }
  await pause(SEEN_MS);
}

const { first, second } = organisations;

e2e(
  "a write in one organisation ends its own answers and no answer of another, in memory, in Redis and for a 304",
  async () => {
    equal(
      (await product.sql`
    select count(distinct bucket)::integer as n from unnest(${[first.id, second.id]}::text[]) as org
    cross join lateral (select freshet.bucket_of(org, 256) as bucket) as b`)[0]?.["n"],
      2,
      "they have buckets of their own",
    );
    const own = await askAll("first");
    const foreign = await askAll("second");
    for (const { status, from } of [...own, ...foreign]) deepEqual([status, from], [200, "postgres"]);
    await after(`
    insert into public.scenario_attempts (id, org_id, user_id, scenario_id, status, score, duration_seconds, started_at, ended_at)
    values (gen_random_uuid(), '${first.id}', 'u1', '${first.scenario}', 'completed', 150, 60, now() - interval '2 hours', now() - interval '1 hour')`);
    const [memory, redis] = [await askAll("second"), await askAll("second", 1)];
    const renewed = await askAll("first");
    for (const [place, path] of PATHS.entries()) {
      const before = foreign[place];
      deepEqual([memory[place], redis[place]], [{ ...before, from: "memory" }, { ...before, from: "redis" }], path);
      equal((await ask("second", path, { etag: before?.etag ?? "" })).status, 304, path);
      equal(renewed[place]?.from, "postgres", path);
      notEqual(renewed[place]?.etag, own[place]?.etag, path);
      notEqual(renewed[place]?.body, own[place]?.body, path);
    }
  },
);

e2e("a deleted organisation's answers end, and a row that changes hands ends both", async () => {
  const before = { first: await askAll("first"), second: await askAll("second") };
  await after(`
    update analytics.fact_scenario_attempts set org_id = '${second.id}'
    where attempt_id = (select min(attempt_id::text)::uuid from analytics.fact_scenario_attempts where org_id = '${first.id}')`);
  const moved = { first: await askAll("first"), second: await askAll("second") };
  for (const org of ["first", "second"] as const) {
    for (const [place, path] of PATHS.entries()) {
      notEqual(moved[org][place]?.etag, before[org][place]?.etag, `${org}: ${path}`);
    }
  }
  await after(`delete from analytics.fact_scenario_attempts where org_id = '${first.id}'`);
  for (const [place, answer] of (await askAll("first")).entries()) {
    notEqual(answer.etag, moved.first[place]?.etag, PATHS[place]);
    ok(!answer.body.includes('"avg_score":1'), "no score of the deleted attempts");
  }
  deepEqual((await askAll("second")).map(({ etag }) => etag), moved.second.map(({ etag }) => etag));
});

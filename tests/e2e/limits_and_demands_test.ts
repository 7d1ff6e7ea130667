// Limits and demanded ages through the whole product: two isolates, a real Redis that fails, a real schedule.
import { deepEqual, equal, ok } from "node:assert/strict";
import { Cron } from "croner";
import { SignJWT } from "jose";
import { createAnalyticsRpc } from "../../shared/adapters/supabase/analytics_rpc.ts";
import { readEnvironment } from "../../shared/adapters/runtime/environment.ts";
import { createRefreshes } from "../../shared/adapters/supabase/refreshes_database.ts";
import { systemClock } from "../../shared/adapters/runtime/clock.ts";
import { AppError } from "../../shared/kernel/app_error.ts";
import { pause } from "../../stack/pause.ts";
import { challenge, memberAgent, plantArena } from "../support/fixtures/arena.ts";
import { e2e } from "../support/rigs/e2e.ts";
import { asUser, type Product, startProduct } from "../support/rigs/product.ts";

/** Windows of a day: none ends while this runs. A share of 40 is 2, so two isolates admit at most 43. */
const VARIABLES = { FRESHET_RATE_LIMITS: "user=40/86400,unverified=10/86400" };

const distributions = `/arena/lane-distributions?challenge_id=${challenge}`;
const progress = `/arena/progress?agent_id=${memberAgent}&challenge_id=${challenge}`;

let product: Product;

Deno.test.beforeAll(async () => {
  product = await startProduct({ isolates: { analytics: 2 }, variables: VARIABLES });
  await plantArena(product.sql);
});
Deno.test.afterAll(() => product.stop());

/** Asks so many times, one after another, the isolates in turn. */
async function statuses(
  count: number,
  headersOf: (index: number) => Record<string, string>,
  path = distributions,
): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (let index = 0; index < count; index++) {
    const response = await product.get(path, headersOf(index));
    await response.body?.cancel();
    found.set(response.status, (found.get(response.status) ?? 0) + 1);
  }
  return found;
}

function redis() {
  const part = product.stack.redis;
  ok(part !== null, "these tests need Redis");
  return part;
}

e2e(
  "a hit in memory and a 304 cost no call to Redis, limits included; a hit in Redis one, a miss at most three",
  async () => {
    const headers = { apikey: product.stack.keys.publishableKey };
    const at = (isolate: number) => ({ ...headers, "x-freshet-isolate": String(isolate) });
    const ask = async (isolate: number, more: Record<string, string> = {}) => {
      const response = await product.get(distributions, { ...at(isolate), ...more });
      await response.body?.cancel();
      return response;
    };
    /** Redis' calls so far, with an isolate that has just looked the versions up: what it knew before has lapsed by then. */
    const warm = `/arena/time-to-first-win?challenge_id=${challenge}`;
    const warmed = async (isolate: number) => {
      await pause(1_100);
      await (await product.get(warm, at(isolate))).body?.cancel();
      await pause(100);
      return redis().traffic().calls;
    };
    const after = async () => {
      await pause(100);
      return redis().traffic().calls;
    };
    // Both isolates know the key, and none has this answer.
    await warmed(1);
    const start = await warmed(0);
    const missed = await ask(0);
    const miss = await after();
    const before_hit = await warmed(0);
    const [memory, not_modified] = [await ask(0), await ask(0, { "if-none-match": missed.headers.get("etag") ?? "" })];
    const hit = await after();
    const before_shared = await warmed(1);
    const shared = await ask(1);
    const last = await after();
    deepEqual(
      [missed, memory, shared].map((one) => one.headers.get("cache-status")?.split("; ").at(-1)),
      ["detail=postgres", "detail=memory", "detail=redis"],
    );
    equal(not_modified.status, 304);
    ok(miss - start <= 3, `a miss cost ${miss - start} calls`);
    deepEqual([hit - before_hit, last - before_shared], [0, 1]);
    equal(memory.headers.get("ratelimit-policy"), '"key";q=1200;w=60');
  },
);

e2e("two isolates hold one user to one limit, to within their shares, and nobody else to it", async () => {
  const { stack } = product;
  // Each isolate has loaded the limiter: a first report on a busy machine may come too late.
  equal((await statuses(4, () => asUser(stack, stack.tokens.admin))).get(200), 4);
  const found = await statuses(60, () => asUser(stack, stack.tokens.member));
  deepEqual([...found.keys()].sort(), [200, 429]);
  const admitted = found.get(200) ?? 0;
  ok(admitted >= 40 && admitted < 44, `${admitted} were admitted`);

  const refused = await product.get(distributions, asUser(stack, stack.tokens.member));
  const { code, status } = await refused.json();
  deepEqual([code, status], ["RATE_LIMITED", 429]);
  ok(Number(refused.headers.get("retry-after")) > 0);
  equal(refused.headers.get("ratelimit-policy"), '"user";q=40;w=86400');
  equal((await statuses(5, () => asUser(stack, stack.tokens.admin))).get(200), 5);
});

e2e("rows older than demanded are 503 TOO_STALE with the slot of the view's schedule, as JSON and as CSV", async () => {
  const [view] = await product.sql`
    update analytics.views set verified_at = now() - interval '10 minutes'
    where view_name = 'mv_agent_progress' returning schedule`;
  await pause(3_200);
  const headers = { apikey: product.stack.keys.secretKey };
  const plain = await product.get(progress, headers);
  const age = Number(plain.headers.get("age"));
  ok(age >= 600 && age < 660, `Age: ${age}`);

  for (const format of ["json", "csv"]) {
    const response = await product.get(`${progress}&format=${format}&max_age=300`, headers);
    const next = new Cron(String(view?.schedule), { timezone: "UTC" }).nextRun()?.toISOString();
    const body = await response.json();
    deepEqual([response.status, body.code, body.max_age_seconds], [503, "TOO_STALE", 300]);
    ok(body.age_seconds >= age, `${body.age_seconds} seconds`);
    equal(body.next_refresh_at, next);
    const wait = (Date.parse(body.next_refresh_at) - Date.now()) / 1_000 + 5;
    ok(Math.abs(Number(response.headers.get("retry-after")) - wait) < 3, `${response.headers.get("retry-after")} s`);
  }
  const by_header = await product.get(progress, { ...headers, "cache-control": "max-age=300" });
  equal((await by_header.json()).code, "TOO_STALE");
  const reloaded = await product.get(progress, { ...headers, "cache-control": "max-age=0" });
  equal(reloaded.status, 200);
  const same = await product.get(`${progress}&max_age=3600`, headers);
  equal(same.headers.get("etag"), plain.headers.get("etag"));

  await product.sql`select analytics.refresh_view('mv_agent_progress')`;
  const young = await product.get(`${progress}&max_age=300`, headers);
  equal(young.status, 200, "a refresh is seen at once by who would be turned away");
  await Promise.all([plain, reloaded, same, young].map((response) => response.body?.cancel()));
});

e2e("a refresh on demand goes through the database's queue and its limit of one a minute", async () => {
  const { stack } = product;
  const variables: Record<string, string> = {
    SUPABASE_URL: stack.origin,
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.keys.secretKey }),
  };
  const refreshes = createRefreshes(createAnalyticsRpc(readEnvironment((name) => variables[name])), systemClock);
  const view = "mv_time_to_first_win";
  const before = await product.sql`select verified_at from analytics.views where view_name = ${view}`;
  const asked = await refreshes.request({ view, asked_by: "reader" });
  ok(asked !== null);
  const due = await refreshes.queueAt();
  ok(due !== null && due > Date.now() - 1_000 && due <= Date.now() + 60_000, `the queue is due at ${due}`);
  let found = await refreshes.look(asked.id);
  for (const began = Date.now(); found?.state !== "finished" && Date.now() - began < 90_000;) {
    await pause(500);
    found = await refreshes.look(asked.id);
  }
  ok(["refreshed", "skipped_clean"].includes(found?.views[0]?.outcome ?? ""), JSON.stringify(found));
  const after = await product.sql`select verified_at from analytics.views where view_name = ${view}`;
  ok(after[0]?.verified_at > before[0]?.verified_at);
  const error = await refreshes.request({ view, asked_by: "reader" }).catch((thrown: unknown) => thrown);
  ok(error instanceof AppError);
  equal(error.code, "RATE_LIMITED");
  equal(await refreshes.request({ view: "mv_nobody_knows", asked_by: "service" }), null);
  equal(await refreshes.nextAt("mv_nobody_knows"), null);
});

e2e(
  "forged tokens from one address are refused unverified after the tenth, whatever addresses they claim",
  async () => {
    const known = () => asUser(product.stack, product.stack.tokens.other_tenant);
    await statuses(2, known); // one for each isolate
    const secret = new TextEncoder().encode("not the secret of this project, but long enough");
    const forged = await new SignJWT({ sub: "mallory", aud: "authenticated" })
      .setProtectedHeader({ alg: "HS256", kid: "local" }).setExpirationTime("1h").sign(secret);
    const found = await statuses(30, (index) => ({
      authorization: `Bearer ${forged}${index}`,
      "x-forwarded-for": `10.0.0.${index}`,
      "cf-connecting-ip": `10.0.1.${index}`,
      "x-real-ip": `10.0.2.${index}`,
    }));
    deepEqual([...found.keys()].sort(), [401, 429]);
    ok((found.get(401) ?? 0) <= 11, `${found.get(401)} were verified`);
    equal((await statuses(2, known)).get(200), 2, "who was verified before reads on");
    equal((await statuses(2, () => ({ apikey: "sb_publishable_nobody_knows" }))).get(429), 2);
  },
);

e2e("with Redis gone a user is still held to a limit, by each isolate for itself, and gets no error", async () => {
  const { stack } = product;
  for (const kind of ["refuse", "blackhole"] as const) {
    await redis().setFault({ kind });
    const found = await statuses(66, () => asUser(stack, stack.tokens.other_tenant));
    await redis().setFault({ kind: "none" });
    const admitted = found.get(200) ?? 0;
    deepEqual([...found.keys()].sort(), kind === "refuse" ? [200] : [200, 429]);
    ok(kind === "refuse" ? admitted === 66 : admitted <= 12, `${kind}: ${admitted} were admitted`);
  }
});

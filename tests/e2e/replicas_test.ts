// Reads on a real streaming replica: what it answers, and what the primary answers instead when it lags, hangs, is promoted, or dies.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { pause } from "../../stack/pause.ts";
import { type ReadScene, startReadScene } from "../support/faults/read_scene.ts";
import { asUser } from "../support/rigs/product.ts";
import { demoUsers } from "../../stack/demo_users.ts";
import { e2e } from "../support/rigs/e2e.ts";
import { type ReadReplica, startReadReplica } from "../support/rigs/read_replica.ts";

let scene: ReadScene;
let replica: ReadReplica;

Deno.test.beforeAll(async () => {
  scene = await startReadScene();
  replica = await startReadReplica(scene.product);
});
Deno.test.afterAll(async () => {
  await replica.stop();
  await scene.stop();
});

/** An isolate that reads from the replica, with a memory of its own and no shared cache. */
async function isolate() {
  const { url } = await scene.isolate({
    FRESHET_READ_URL: replica.url,
    UPSTASH_REDIS_REST_URL: "",
    UPSTASH_REDIS_REST_TOKEN: "",
  });
  return {
    async ask(path: string, headers: Record<string, string> = scene.service) {
      const began = performance.now();
      const response = await fetch(`${url}${path}`, { headers });
      const body = await response.json();
      const timing = response.headers.get("server-timing") ?? "";
      const replica = /replica;desc="([^"]*)"/.exec(timing)?.[1] ?? null;
      const { status } = response;
      return { status, body, replica, headers: response.headers, took_ms: performance.now() - began };
    },
  };
}

/** How often a server has run a function that reads rows. */
async function rowReads(sql: ReadReplica["sql"]): Promise<number> {
  const [row] = await sql`
    select coalesce(sum(calls), 0)::integer as calls from extensions.pg_stat_statements
    where query ~ '(read|get)_view"?[(]' and query !~ 'pg_stat_statements'`;
  return Number(row?.["calls"]);
}

/** Doubles the scores of one challenge's lane on the primary, and refreshes the view. */
async function change(challenge_id: string): Promise<void> {
  const { sql } = scene.product;
  await sql`
    update public.submissions set final_lane_scores = jsonb_build_object('TMA', (final_lane_scores ->> 'TMA')::numeric * 2)
    where challenge_id = ${challenge_id}`;
  await sql`select analytics.refresh_view('mv_lane_score_distribution')`;
}

function challengeIn(path: string): string {
  return /challenge_id=([0-9a-f-]+)/.exec(path)?.[1] ?? "";
}

const meanIn = ({ body }: { body: { data: { mean_score: number }[] } }) => body.data[0]?.mean_score;

e2e("a replica that has everything answers all reads of rows, and the primary none", async () => {
  await replica.caughtUp();
  const one = await isolate();
  const before = [await rowReads(scene.superuser), await rowReads(replica.sql)];
  for (const question of scene.publicQuestions(10)) {
    const answer = await one.ask(question.path);
    equal(answer.status, 200);
    equal(meanIn(answer), question.row["mean_score"]);
    match(answer.replica ?? "", /^read, lag (\d+ ms|unknown)$/);
    match(answer.headers.get("cache-status") ?? "", /detail=replica$/);
  }
  for (const question of scene.questions(10)) {
    const answer = await one.ask(question.path, scene.asOwner(question));
    equal(answer.status, 200);
    equal(answer.body.data[0].avg_composite_score, question.row["avg_composite_score"]);
    match(answer.replica ?? "", /^read/);
  }
  // After seconds without a commit its place in the WAL tells that nothing is missing, also at the start of a segment.
  await scene.superuser`select pg_switch_wal()`;
  await pause(1_500);
  const [late] = scene.questions(1);
  if (late === undefined) throw new Error("no question");
  match((await one.ask(late.path, scene.asOwner(late))).replica ?? "", /^read/);

  const after = [await rowReads(scene.superuser), await rowReads(replica.sql)];
  deepEqual(after.map((count, place) => count - (before[place] ?? 0)), [0, 21]);
  equal(replica.asked.other, 0);
});

e2e(
  "while replay is paused public answers tell their age, and what rests on rights is the primary's in three seconds",
  async () => {
    const [first, second] = scene.publicQuestions(2);
    const [owned] = scene.questions(1);
    if (first === undefined || second === undefined || owned === undefined) throw new Error("no questions");
    const owner = scene.asOwner(owned);
    const [publicly, privately] = [await isolate(), await isolate()];
    equal((await privately.ask(owned.path, owner)).status, 200);
    await replica.caughtUp();
    await replica.sql`select pg_wal_replay_pause()`;
    try {
      await change(challengeIn(first.path));
      const agent = /agent_id=([0-9a-f-]+)/.exec(owned.path)?.[1] ?? "";
      const [row] = await scene.product.sql`
      update public.agents set owner_id = ${owned.is_others ? demoUsers.member : demoUsers.other_tenant}
      where id = ${agent} returning owner_id`;
      ok(row);
      const lost_at = performance.now();
      await pause(2_500);

      const old = await publicly.ask(first.path);
      deepEqual([old.status, meanIn(old), old.replica?.slice(0, 4)], [200, first.row["mean_score"], "read"]);
      ok(Number(old.headers.get("age")) >= 2, `Age: ${old.headers.get("age")}`);

      await pause(Math.max(0, 3_000 - (performance.now() - lost_at)));
      const lost = await privately.ask(owned.path, owner);
      equal(lost.status, 403, "three seconds after it was lost");
      equal(lost.replica, "left, behind");
      const { tokens } = scene.product.stack;
      const heir = asUser(scene.product.stack, owned.is_others ? tokens.member : tokens.other_tenant);
      equal((await privately.ask(owned.path, heir)).status, 200);

      const newer = await privately.ask(first.path);
      equal(meanIn(newer), 2 * Number(first.row["mean_score"]), "an isolate that has heard of it never answers older");
      equal(newer.replica, "left, behind");
    } finally {
      await replica.sql`select pg_wal_replay_resume()`;
    }
    await replica.caughtUp();
    await pause(1_100);
    const again = await publicly.ask(first.path);
    deepEqual([meanIn(again), again.replica?.slice(0, 4)], [2 * Number(first.row["mean_score"]), "read"]);
  },
);

e2e("a replica that hangs costs two seconds at most, and then nothing", async () => {
  const one = await isolate();
  replica.setHanging(true);
  try {
    const took: number[] = [];
    for (const question of scene.publicQuestions(5)) {
      const answer = await one.ask(question.path);
      deepEqual([answer.status, meanIn(answer), answer.replica], [200, question.row["mean_score"], "left, down"]);
      took.push(answer.took_ms);
    }
    // The states for 1 s, the rows for 2 s; three failures open the breaker.
    ok(Math.max(...took) < 4_500, `took ${took}`);
    ok(took.slice(2).every((ms) => ms < 1_000), `took ${took}`);
    const health = await one.ask("/health");
    deepEqual(
      [health.body.replica.state, health.body.replica.last_left, health.body.replica.left_counts.too_long],
      ["left", "down", undefined],
    );
    equal(health.body.reasons?.some((reason: string) => reason.startsWith("replica")), false);
    match(await scene.logs(), /"events":\["replica_left_down"\]/);
  } finally {
    replica.setHanging(false);
  }
});

e2e("a replica that was promoted answers nothing more, and one that died costs no error", async () => {
  const [question, other] = scene.publicQuestions(2);
  if (question === undefined || other === undefined) throw new Error("no questions");
  const one = await isolate();
  match((await one.ask(question.path)).replica ?? "", /^read/);
  await replica.promote();
  await change(challengeIn(other.path));
  await pause(3_000);
  const answer = await one.ask(other.path);
  deepEqual([answer.status, meanIn(answer)], [200, 2 * Number(other.row["mean_score"])]);
  match(await scene.logs(), /replica_left_stranger/);
  equal((await (await isolate()).ask(question.path)).status, 200, "an isolate that never saw it as a replica");

  await replica.kill();
  const last = await isolate();
  for (const { path, row } of scene.publicQuestions(5)) {
    const answer = await last.ask(path);
    deepEqual([answer.status, meanIn(answer), answer.replica], [200, row["mean_score"], "left, down"]);
  }
});

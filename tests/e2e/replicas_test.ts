// Reads on a real streaming replica: what it answers, and what the primary answers instead when it lags, hangs, is promoted, or dies.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { pause } from "../../stack/pause.ts";
import { type ReadScene, startReadScene } from "../support/faults/read_scene.ts";
import { asUser } from "../support/rigs/product.ts";
import { demoUsers } from "../../stack/demo_users.ts";
import { e2e } from "../support/rigs/e2e.ts";
import { functionEnvironment } from "../../stack/function_environment.ts";
import { createAnalyticsRpc } from "../../shared/adapters/supabase/analytics_rpc.ts";
import { createSupabaseServer } from "../../shared/adapters/supabase/source.ts";
import { lookAtReadAddress } from "../../shared/read/read_address.ts";
import { startEnvelopeSink } from "../support/fakes/envelope_sink.ts";
import { startLoneIsolate } from "../support/rigs/lone_isolate.ts";
import { type ReadReplica, startReadReplica } from "../support/rigs/read_replica.ts";

let scene: ReadScene;
let replica: ReadReplica;

Deno.test.beforeAll(async () => {
  scene = await startReadScene();
  // Else a slot of its own job would now and then open what a test waits for.
  await scene.product
    .sql`select cron.alter_job(jobid, active => false) from cron.job where jobname = 'analytics-cron-audit'`;
  replica = await startReadReplica(scene.product);
});
Deno.test.afterAll(async () => {
  await replica.stop();
  await scene.stop();
});

/** An isolate that reads from the replica, with a memory of its own and no shared cache. */
async function isolate(read_url = replica.url) {
  const { url } = await scene.isolate({
    FRESHET_READ_URL: read_url,
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

/** Doubles the scores of one challenge's lane, by default on the primary, and refreshes the view. */
async function change(challenge_id: string, sql = scene.product.sql): Promise<void> {
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

e2e("rows and version of a replica's answer are of one moment, while it replays refresh after refresh", async () => {
  const [question] = scene.publicQuestions(1);
  if (question === undefined) throw new Error("no question");
  const challenge = challengeIn(question.path);
  const request = JSON.stringify({
    columns: ["mean_score"],
    filters: [{ column: "challenge_id", op: "eq", value: challenge }],
    scope: null,
    order: [{ column: "mean_score", direction: "asc" }],
    limit: 5,
  });
  const read = async (sql: ReadReplica["sql"]) => {
    const [row] = await sql<{ answer: { state: { version: number }; rows: { mean_score: number }[] } }[]>`
      select analytics.get_view('mv_lane_score_distribution', ${request}::text::jsonb) as answer`;
    if (row === undefined) throw new Error("no answer");
    return { version: row.answer.state.version, mean: Number(row.answer.rows[0]?.mean_score) };
  };
  const first = (await read(scene.superuser)).version;
  const seen = new Map<number, number>();
  let is_over = false;
  const asking = (async () => {
    let last = 0;
    while (!is_over) {
      const { version, mean } = await read(replica.sql);
      ok(version >= last, `${version} after ${last}`);
      last = version;
      equal(mean, seen.get(version) ?? mean, `version ${version} has two means`);
      seen.set(version, mean);
    }
  })();
  const changes = 8;
  for (let round = 0; round < changes; round += 1) await change(challenge);
  await replica.caughtUp();
  is_over = true;
  await asking;
  ok(seen.size > changes / 2, `saw ${seen.size} versions`);
  for (const [version, mean] of seen) equal(mean, Number(question.row["mean_score"]) * 2 ** (version - first));
});

e2e("behind a load balancer that alternates with the primary no answer is older than one before", async () => {
  const [question, owned] = [scene.publicQuestions(1)[0], scene.questions(1)[0]];
  if (question === undefined || owned === undefined) throw new Error("no question");
  const one = await isolate();
  replica.alternateWith(scene.product.stack.origin);
  try {
    const means = [meanIn(await one.ask(question.path))];
    await replica.sql`select pg_wal_replay_pause()`;
    await change(challengeIn(question.path));
    const began = performance.now();
    while (performance.now() - began < 4_000) {
      const answer = await one.ask(question.path);
      equal(answer.status, 200);
      means.push(meanIn(answer));
      await pause(100);
    }
    const before = Number(question.row["mean_score"]);
    deepEqual([...new Set(means)], [before, 2 * before]);
    deepEqual(means, means.toSorted((left, right) => Number(left) - Number(right)));
    const answer = await one.ask(owned.path, scene.asOwner(owned));
    deepEqual([answer.status, answer.body.data[0]?.avg_composite_score], [200, owned.row["avg_composite_score"]]);
  } finally {
    replica.alternateWith(null);
    await replica.sql`select pg_wal_replay_resume()`;
  }
  await replica.caughtUp();
});

e2e("a replica that is stopped is one incident, which ends when it is back; answers are right throughout", async () => {
  const { stack, sql } = scene.product;
  const sink = await startEnvelopeSink();
  const given = functionEnvironment({ origin: stack.origin, keys: stack.keys, redis: null, sentryDsn: sink.dsn });
  const audits = await startLoneIsolate({
    name: "cron-audit",
    environment: { ...given, FRESHET_READ_URL: replica.url },
  });
  const audit = async () => {
    const headers = { apikey: stack.keys.cronKey };
    const response = await fetch(audits.url, { method: "POST", headers, body: "{}" });
    equal(response.status, 200, await response.text());
    return await sql`
      select fingerprint, resolution, evidence ->> 'message' as message from analytics.incidents
      where kind = 'replica_lost' order by incident_id`;
  };
  const eventsOf = (transition: string) =>
    sink.events().map(({ tags, contexts, extra }) =>
      ({ tags, contexts, extra }) as Record<string, Record<string, unknown>>
    )
      .filter(({ tags }) => tags?.["kind"] === "replica_lost" && tags["transition"] === transition);
  const one = await isolate();
  const answersAreRight = async () => {
    for (const { path, row } of scene.publicQuestions(2)) {
      const answer = await one.ask(path);
      equal(answer.status, 200);
      ok(Number(meanIn(answer)) % Number(row["mean_score"]) === 0);
    }
    for (const question of scene.questions(2)) {
      const answer = await one.ask(question.path, scene.asOwner(question));
      deepEqual([answer.status, answer.body.data[0]?.avg_composite_score], [200, question.row["avg_composite_score"]]);
    }
  };
  try {
    deepEqual([...await audit()], []);
    await replica.kill();
    await answersAreRight();
    deepEqual([...await audit()], [], "it may have been restarted");
    const [incident, ...others] = await audit();
    deepEqual(others, []);
    equal(
      incident?.["message"],
      "FRESHET_READ_URL does not answer, in 2 audits in a row; the primary answers all reads",
    );
    equal((await audit()).length, 1);
    await answersAreRight();
    const [opened, ...again] = eventsOf("opened");
    deepEqual(again, []);
    const repair = /select looked_at.*?from analytics\.read_address;/.exec(JSON.stringify(opened))?.[0];
    match(JSON.stringify(opened), /runbook\/replica_lost\.md/);
    const [found] = await sql.unsafe(repair ?? "");
    deepEqual([found?.["fault"], found?.["fault_count"]], ["does not answer", 3]);

    await replica.start();
    await replica.caughtUp();
    deepEqual((await audit()).map((row) => row["resolution"]), ["recovered"]);
    equal(eventsOf("recovered").length, 1);
    await answersAreRight();
  } finally {
    await audits.stop();
    await sink.stop();
  }
});

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

/** The promoted replica is what a restored copy is: the same database, which has gone on by itself. */
async function aReplicaOfACopyIsPassedBy(): Promise<void> {
  const { stack } = scene.product;
  const copy = await startReadReplica(replica.asPrimary());
  try {
    const [question] = scene.publicQuestions(1);
    const [owned] = scene.questions(1);
    if (question === undefined || owned === undefined) throw new Error("no questions");
    const ours = meanIn(await (await isolate()).ask(question.path));
    for (let round = 0; round < 3; round += 1) await change(challengeIn(question.path), replica.sql);
    await replica.sql`update public.agents set owner_id = ${demoUsers.admin}`;
    await copy.caughtUp();
    const one = await isolate(copy.url);
    const answer = await one.ask(question.path);
    deepEqual([answer.status, meanIn(answer), answer.replica], [200, ours, "left, stranger"]);
    equal((await one.ask(owned.path, scene.asOwner(owned))).status, 200);
    ok(copy.asked.get > 0);

    const at = (SUPABASE_URL: string) =>
      createSupabaseServer(
        createAnalyticsRpc({ SUPABASE_URL, SUPABASE_SECRET_KEYS: { default: stack.keys.secretKey } }),
      );
    const look = await lookAtReadAddress({ primary: at(stack.origin), reads: at(copy.url) });
    equal(look?.fault, "does not follow the primary: it leads to another database or another timeline");
  } finally {
    await copy.stop();
  }
}

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
  await aReplicaOfACopyIsPassedBy();

  await replica.kill();
  const last = await isolate();
  for (const { path, row } of scene.publicQuestions(5)) {
    const answer = await last.ask(path);
    deepEqual([answer.status, meanIn(answer), answer.replica], [200, row["mean_score"], "left, down"]);
  }
});

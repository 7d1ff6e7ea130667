// kill -9 of the server's process that runs the nightly batch, at random points: the next run goes on where the last
// committed step left off, and the figures are those of a batch that nothing interrupted.
import { deepEqual, equal, ok } from "node:assert/strict";
import type postgres from "postgres";
import { pause } from "../../../../stack/pause.ts";
import { dice } from "../../../../tests/support/random/dice.ts";
import { proofs } from "../../../../tests/support/random/proofs.ts";
import { type CronCluster, startCronCluster } from "../../../../tests/support/rigs/cron_cluster.ts";

const USERS = 40;
/** Few users in each transaction, so that there are many points to be killed between. */
const RUN = "call analytics.run_study_batch(user_limit => 2)";

/** What the batch writes. Times of calculation are those of the run; the moment that mastery refers to is fixed below. */
const FIGURES = [
  "select * from analytics.daily_user_stats order by user_id, stat_date",
  "select * from analytics.topic_daily_stats order by user_id, topic_id, stat_date",
  "select * from analytics.topic_mastery order by user_id, topic_id",
  "select * from analytics.question_reviews order by user_id, question_id",
  "select * from analytics.user_learning_metrics order by user_id",
  "select * from analytics.knowledge_gaps order by user_id, topic_id",
  "select * from freshet.days_to_aggregate order by user_id, stat_date",
  "select stat_date, users_count, days_count, cycles_count, failed_count, last_user_id, error from analytics.study_batches",
];

async function plant(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    insert into public.topics (id, name, board_exam_weight) select md5('topic ' || t)::uuid, 'Topic ' || t, t from generate_series(1, 10) as t;
    insert into public.topic_prerequisites select md5('topic ' || t)::uuid, md5('topic ' || t % 10 + 1)::uuid from generate_series(1, 10) as t;
    insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, time_to_answer_seconds, attempted_at)
    select md5('event ' || u || ' ' || n)::uuid, 'user ' || u, md5('question ' || n % 13)::uuid, md5('topic ' || n % 10 + 1)::uuid,
      (u + n) % 3 > 0, n, (((now() at time zone 'UTC')::date - 1 - (u * n) % 40)::timestamp + n * interval '1 hour') at time zone 'UTC'
    from generate_series(1, ${USERS}) as u cross join generate_series(1, 20) as n;
    insert into public.study_sessions (session_id, user_id, started_at, last_event_at)
    select encode(sha256(convert_to('session ' || u || ' ' || n, 'UTF8')), 'hex'), 'user ' || u, t.at, t.at + interval '40 minutes'
    from generate_series(1, ${USERS}) as u cross join generate_series(1, 5) as n
    cross join lateral (select ((now() at time zone 'UTC')::date - n)::timestamp at time zone 'UTC' as at) as t;
    insert into public.study_events (event_id, user_id, event_type, created_at)
    select md5('view ' || u || ' ' || n)::uuid, 'user ' || u, 'topic_view', ((now() at time zone 'UTC')::date - n)::timestamp at time zone 'UTC'
    from generate_series(1, ${USERS}) as u cross join generate_series(1, 5) as n;
    create table public.planted_changes as select user_id, topic_id, question_id, changed_on from freshet.study_changes;
    alter table analytics.study_batches alter started_at set default '2026-11-30 00:05+00';
  `).simple();
}

/** Everything as before the night. */
async function forget(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    begin;
    truncate analytics.daily_user_stats, analytics.topic_daily_stats, analytics.topic_mastery, analytics.question_reviews,
      analytics.user_learning_metrics, analytics.knowledge_gaps, analytics.study_batches,
      freshet.days_to_aggregate, freshet.study_changes, freshet.prerequisite_impacts;
    insert into freshet.study_changes (user_id, topic_id, question_id, changed_on)
    select user_id, topic_id, question_id, changed_on from public.planted_changes;
    commit;
  `).simple();
}

async function figures(sql: postgres.Sql): Promise<unknown[]> {
  const found = [];
  for (const query of FIGURES) {
    const [row] = await sql.unsafe(
      `select jsonb_agg(to_jsonb(f) - 'calculated_at')::text as rows from (${query}) as f`,
    );
    found.push(row?.["rows"]);
  }
  return found;
}

async function isFinished(sql: postgres.Sql): Promise<boolean> {
  const [row] = await sql`select finished_at is not null as is_finished from analytics.study_batches`;
  return row?.["is_finished"] === true;
}

/** Starts a run and kills its process after some time. Whether the run was still at work. */
async function killRun(cluster: CronCluster, milliseconds: number): Promise<boolean> {
  const session = cluster.session();
  try {
    const [row] = await session`select pg_backend_pid() as pid`;
    let isOver = false;
    const run = session.unsafe(RUN).then(() => void (isOver = true), () => {});
    await pause(milliseconds);
    if (isOver) return false;
    Deno.kill(Number(row?.["pid"]), "SIGKILL");
    await run;
  } finally {
    await session.end({ timeout: 1 });
  }
  await cluster.recovered();
  return !await isFinished(cluster.owner());
}

Deno.test("a nightly batch that is killed at any point and resumed leaves what an uninterrupted one leaves", async () => {
  const cluster = await startCronCluster();
  try {
    // Otherwise the job of every minute could go on with the batch meanwhile.
    await cluster.admin()`update cron.job set active = false`;
    await plant(cluster.owner());

    await forget(cluster.owner());
    const began = performance.now();
    await cluster.owner().unsafe(RUN);
    const duration = performance.now() - began;
    ok(await isFinished(cluster.owner()));
    const expected = await figures(cluster.owner());
    ok(expected.slice(0, 6).every((rows) => String(rows).length > 1000), "the batch computes something");
    await cluster.owner().unsafe(RUN);
    deepEqual(await figures(cluster.owner()), expected, "a second run changes nothing");

    const seed = Math.floor(Math.random() * 2 ** 31);
    console.log(`seed ${seed}, an uninterrupted run takes ${Math.round(duration)} ms`);
    const roll = dice(seed);
    const wanted = proofs(3, 20);
    const progress = new Set<string>();
    let scale = 1;
    for (let killed = 0; killed < wanted;) {
      await forget(cluster.owner());
      for (let times = 1 + roll(3); times > 0 && killed < wanted;) {
        // Anywhere in a part of the run that moves from its begin to its end, so that not all hit the same point.
        const share = (killed + roll(1000) / 1000) / wanted;
        if (!await killRun(cluster, share * scale * duration)) {
          // It was over: this one was faster, or had less left to do.
          scale *= 0.9;
          break;
        }
        const [at] = await cluster.owner()`select last_user_id from analytics.study_batches`;
        progress.add(String(at?.["last_user_id"]));
        killed += 1;
        times -= 1;
      }
      // As the jobs do, of which one was killed.
      await cluster.owner()`call analytics.update_topic_mastery()`;
      await cluster.owner().unsafe(RUN);
      ok(await isFinished(cluster.owner()));
      deepEqual(await figures(cluster.owner()), expected, `seed ${seed}, after ${killed} kills`);
    }
    ok(progress.size > 1, `every kill hit the same point: ${[...progress]}`);
    const [left] = await cluster.owner()`select count(*)::integer as count from freshet.study_changes`;
    equal(left?.["count"], 0);
  } finally {
    await cluster.stop();
  }
});

// The job that keeps mastery: what its command does while others write, and when some rows cannot be computed.
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { proofs } from "../../../../tests/support/random/proofs.ts";
import { withConnections } from "../../../../tests/support/rigs/test_database.ts";
import { type Answer, reviewsOf } from "../support/mastery_model.ts";
import {
  answer,
  plantCurriculum,
  removeCurriculum,
  storedMastery,
  storedReviews,
  writeAnswers,
} from "../support/mastery_world.ts";

const JOB = "update-topic-mastery";

/** The job's command, as pg_cron sends it: one message. */
async function runJob(sql: postgres.Sql): Promise<void> {
  const [job] = await sql`select command from cron.job where jobname = ${JOB}`;
  await sql.unsafe(String(job?.["command"])).simple();
}

/** Connections, topics and materials, while pg_cron does not run the job itself. */
function jobTest(name: string, connectionCount: number, body: (connections: postgres.Sql[]) => Promise<void>): void {
  Deno.test(name, () =>
    withConnections(connectionCount + 1, async ([owner, ...connections]) => {
      ok(owner !== undefined);
      const setActive = (active: boolean) =>
        owner`select cron.alter_job(jobid, active => ${active}) from cron.job where jobname = ${JOB}`;
      await setActive(false);
      try {
        // pg_cron may have begun a run before.
        await new Promise((resolve) => setTimeout(resolve, 1500));
        await runJob(owner);
        await plantCurriculum(owner);
        await body(connections);
      } finally {
        await removeCurriculum(owner);
        await runJob(owner);
        await setActive(true);
      }
    }));
}

function answerOf(n: number, user_id = "mastery-u"): Answer {
  return {
    event_id: `00000000-0000-0000-00ee-${String(n).padStart(12, "0")}`,
    user_id,
    question_id: "00000000-0000-0000-00aa-000000000001",
    topic_id: "00000000-0000-0000-0000-000000000001",
    is_correct: true,
    is_hint_used: false,
    time_to_answer_seconds: 30,
    at: Date.UTC(2026, 0, n),
  };
}

async function attemptsCounted(sql: postgres.Sql): Promise<number[]> {
  return (await storedReviews(sql)).map((review) => review.attempts_count);
}

/** Until a connection waits for a lock that another one holds. */
async function untilBlocked(sql: postgres.Sql, pid: number): Promise<void> {
  for (;;) {
    const [row] = await sql`select cardinality(pg_blocking_pids(${pid})) > 0 as is_blocked`;
    if (row?.["is_blocked"] === true) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

jobTest("a write that commits while changes are folded is in the next run", 3, async ([job, holder, writer]) => {
  ok(job !== undefined && holder !== undefined && writer !== undefined);
  await writeAnswers(writer, [answerOf(1)]);
  await runJob(job);
  await writeAnswers(writer, [answerOf(2)]);

  // The fold has taken its changes and is held up where it writes; then an answer is committed.
  const [session] = await job`select pg_backend_pid() as pid`;
  let running: Promise<void> | undefined;
  await holder.begin(async (transaction) => {
    await transaction`select from analytics.question_reviews where user_id = 'mastery-u' for update`;
    running = runJob(job);
    await untilBlocked(transaction as unknown as postgres.Sql, Number(session?.["pid"]));
    await writeAnswers(writer, [answerOf(3)]);
  });
  await running;
  deepEqual(await attemptsCounted(job), [2]);
  const waiting = await job`select question_id from freshet.study_changes where user_id = 'mastery-u'`;
  deepEqual(waiting.length, 1);

  await runJob(job);
  deepEqual(await attemptsCounted(job), [3]);
});

const session = fc.array(
  fc.record({
    answers: fc.array(answer, { minLength: 1, maxLength: 6 }),
    is_committed: fc.constantFrom(true, true, false),
  }),
  { minLength: 1, maxLength: 8 },
);

jobTest(
  "whatever several sessions commit while the job runs, its last run leaves what the log makes",
  4,
  async (all) => {
    const [job, ...writers] = all;
    ok(job !== undefined);
    await fc.assert(
      fc.asyncProperty(fc.tuple(session, session, session), async (sessions) => {
        await job`delete from public.question_attempts where user_id like 'mastery-_'`;
        let open = sessions.length;
        const written = sessions.map(async (transactions, n) => {
          for (const { answers, is_committed } of transactions) {
            // Ids of its own for each session, so that none waits for another and the log does not depend on who is first.
            const own = answers.map((one) => ({ ...one, event_id: one.event_id.replace("-00ee-", `-0${n}ee-`) }));
            const sql = writers[n];
            ok(sql !== undefined);
            await sql`begin`;
            await writeAnswers(sql, own);
            await sql.unsafe(is_committed ? "commit" : "rollback");
          }
          open -= 1;
        });
        while (open > 0) await runJob(job);
        await Promise.all(written);
        await runJob(job);
        deepEqual(await storedReviews(job), reviewsOf(await storedAnswers(job)));
      }),
      { numRuns: proofs(5, 200) },
    );
  },
);

/** What is committed, whichever session was first with it. */
async function storedAnswers(sql: postgres.Sql): Promise<Answer[]> {
  const rows = await sql<Answer[]>`
    select event_id, user_id, question_id, topic_id, is_correct, is_hint_used,
      time_to_answer_seconds::float8 as time_to_answer_seconds, (extract(epoch from attempted_at) * 1000)::float8 as at
    from public.question_attempts where user_id like 'mastery-_'`;
  return [...rows];
}

jobTest(
  "the job does all users but those it cannot compute, and fails then with their number",
  1,
  async ([sql]) => {
    ok(sql !== undefined);
    await sql`alter table analytics.question_reviews add constraint planted check (user_id <> 'mastery-u')`;
    try {
      await writeAnswers(sql, [answerOf(1), answerOf(1, "mastery-v")]);
      for (const run of ["first", "second"]) {
        await rejects(runJob(sql), (error: postgres.PostgresError) => {
          equal(error.message, "mastery is not up to date for 1 user(s) whose rows could not be computed", run);
          match(String(error.hint), /^All others are done\./);
          return true;
        });
      }
      const failed = await sql`select user_id, error from freshet.study_changes where error is not null`;
      deepEqual(failed.map(({ user_id }) => user_id), ["mastery-u"]);
      match(String(failed[0]?.["error"]), /violates check constraint "planted" \(23514\)$/);
      deepEqual((await storedMastery(sql)).map(({ user_id }) => user_id), ["mastery-v"]);
    } finally {
      await sql`alter table analytics.question_reviews drop constraint planted`;
    }
    await runJob(sql);
    deepEqual((await storedMastery(sql)).map(({ user_id }) => user_id), ["mastery-u", "mastery-v"]);
  },
);

jobTest("a run ends after its time budget and the next one goes on", 1, async ([sql]) => {
  ok(sql !== undefined);
  const users = Array.from({ length: 2100 }, (_, n) => `mastery-budget-${n}`);
  try {
    await sql`insert into freshet.study_changes (user_id, changed_on) select unnest(${users}::text[]), date '2026-01-01'`;
    await sql.unsafe("call analytics.update_topic_mastery('0 seconds')").simple();
    const left = () =>
      sql`select count(*)::integer as count from freshet.study_changes where user_id like 'mastery-budget-%'`;
    deepEqual([...await left()], [{ count: 1100 }]);
    await runJob(sql);
    deepEqual([...await left()], [{ count: 0 }]);
  } finally {
    await sql`delete from freshet.days_to_aggregate where user_id like 'mastery-budget-%'`;
  }
});

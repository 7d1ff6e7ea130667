// What tracking promises to batches that overlap in time: an event is accepted once, no batch fails, none waits for
// another user's, and an erasure that is under way is seen.
import { deepEqual, equal } from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import type postgres from "postgres";
import { proofs } from "../../../../tests/support/random/proofs.ts";
import { withConnections } from "../../../../tests/support/rigs/test_database.ts";

type Event = Readonly<Record<string, string>>;
interface Answer {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly results: readonly { readonly status: string; readonly code: string | null }[];
}

const DAY = Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth(), new Date().getUTCDate()) - 86_400_000;

function event(number: number, session = number % 3): Event {
  return {
    event_id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    event_type: "session_start",
    session_id: `s${session}`,
    created_at: new Date(DAY + number * 1_000).toISOString(),
  };
}

const topic = randomUUID();
/** An answer that the tables refuse, so that the others of its batch are taken in halves. */
const odd: Event = {
  ...event(999_999),
  event_type: "question_attempt",
  question_id: randomUUID(),
  topic_id: topic,
  correct_answer: "A",
};
const users = new Set<string>();

function newUser(): string {
  const user = randomUUID();
  users.add(user);
  return user;
}

/** As the data API does it: role and claims for one transaction. */
async function track(transaction: postgres.TransactionSql, user: string, events: readonly Event[]): Promise<Answer> {
  const claims = JSON.stringify({ sub: user, role: "authenticated" });
  await transaction`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${claims}, true)`;
  const [row] = await transaction`select public.track_batch(${transaction.json([...events])}) as answer`;
  return row?.["answer"];
}

/** Returns when the connection waits for another one: asked again and again, without a pause. */
async function untilBlocked(sql: postgres.Sql, pid: number, work: Promise<unknown>): Promise<void> {
  let isOver = false;
  work.finally(() => isOver = true).catch(() => {});
  for (;;) {
    const [row] = await sql`select cardinality(pg_blocking_pids(${pid})) > 0 as is_blocked`;
    if (row?.["is_blocked"] === true) return;
    if (isOver) throw new Error("the other connection did not wait");
  }
}

async function pidOf(sql: postgres.Sql): Promise<number> {
  const [row] = await sql`select pg_backend_pid() as pid`;
  return Number(row?.["pid"]);
}

Deno.test.beforeAll(() =>
  withConnections(1, async ([sql]) => {
    await sql?.unsafe(`
      -- Its first use makes the pepper, and would be waited for by the next ones.
      select freshet.study_pepper();
      insert into public.topics (id, name) values ('${topic}', 'Anatomy');
      create function public.refuse_planted() returns trigger language plpgsql as $$
      begin
        if new.question_id = '${odd["question_id"]}' then
          raise foreign_key_violation using message = 'planted: the topic is gone';
        end if;
        return new;
      end
      $$;
      create trigger refuse_planted before insert on public.question_attempts
        for each row execute function public.refuse_planted()`).simple();
  })
);
Deno.test.afterAll(() =>
  withConnections(1, async ([sql]) => {
    await sql?.unsafe(`
      drop trigger refuse_planted on public.question_attempts;
      drop function public.refuse_planted();
      delete from public.topics where id = '${topic}'`).simple();
    for (const user of users) {
      await sql?.unsafe("select freshet.forget_user($1)", [user]);
      await sql?.unsafe("delete from freshet.erasures where user_hash = freshet.user_hash($1)", [user]);
    }
  })
);

Deno.test("a batch waits for one of the same user that is not committed, and for no other", () =>
  withConnections(3, async ([first, second, third]) => {
    if (first === undefined || second === undefined || third === undefined) throw new Error("no connections");
    const [ada, bob] = [newUser(), newUser()];
    const pid = await pidOf(second);
    const { promise: committing, resolve: commit } = Promise.withResolvers<void>();
    const { promise: taken, resolve: hasTaken } = Promise.withResolvers<void>();
    const before = first.begin(async (transaction) => {
      const answer = await track(transaction, ada, [event(1), event(2)]);
      hasTaken();
      await committing;
      return answer;
    });
    await taken;
    const after = second.begin((transaction) => track(transaction, ada, [event(2), event(3)]));
    const other = await untilBlocked(third, pid, after)
      .then(() => third.begin((transaction) => track(transaction, bob, [event(1), event(2)])))
      .finally(commit);
    deepEqual((await before).results.map(({ status }) => status), ["accepted", "accepted"]);
    deepEqual((await after).results.map(({ status }) => status), ["duplicate", "accepted"]);
    deepEqual(other.results.map(({ status }) => status), ["accepted", "accepted"]);
  }));

Deno.test("a batch of which the first delivery is rolled back is accepted by the second", () =>
  withConnections(3, async ([first, second, third]) => {
    if (first === undefined || second === undefined || third === undefined) throw new Error("no connections");
    const ada = newUser();
    const pid = await pidOf(second);
    const { promise: failing, reject: fail } = Promise.withResolvers<never>();
    const { promise: taken, resolve: hasTaken } = Promise.withResolvers<void>();
    const before = first.begin(async (transaction) => {
      await track(transaction, ada, [event(1)]);
      hasTaken();
      await failing;
    });
    await taken;
    const after = second.begin((transaction) => track(transaction, ada, [event(1)]));
    await untilBlocked(third, pid, after).finally(() => fail(new Error("planted")));
    equal(await before.then(() => "committed", (error: Error) => error.message), "planted");
    equal((await after).accepted, 1);
  }));

Deno.test("a batch that arrives during an erasure is rejected when that is committed", () =>
  withConnections(3, async ([first, second, third]) => {
    if (first === undefined || second === undefined || third === undefined) throw new Error("no connections");
    const ada = newUser();
    const pid = await pidOf(second);
    const { promise: committing, resolve: commit } = Promise.withResolvers<void>();
    const { promise: erased, resolve: hasErased } = Promise.withResolvers<void>();
    const erasure = first.begin(async (transaction) => {
      await transaction`select freshet.take_lock(${ada})`;
      await transaction`insert into freshet.erasures (user_hash) values (freshet.user_hash(${ada}))`;
      hasErased();
      await committing;
    });
    await erased;
    const batch = second.begin((transaction) => track(transaction, ada, [event(1)]));
    await untilBlocked(third, pid, batch).finally(commit);
    await erasure;
    deepEqual((await batch).results.map(({ code }) => code), ["erased"]);
  }));

Deno.test("batches of one user that overlap count each event once, and none fails", () =>
  withConnections(4, async (connections) => {
    const [sql] = connections;
    if (sql === undefined) throw new Error("no connections");
    const batch = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 10 });
    let together = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(batch, fc.boolean()), { minLength: 2, maxLength: 8 }),
        async (batches) => {
          const ada = newUser();
          const answers = await Promise.all(batches.map(([numbers, withOdd], place) => {
            const events = [...numbers.map((number) => event(number)), ...(withOdd ? [odd] : [])];
            const connection = connections[place % connections.length] ?? sql;
            return connection.begin((transaction) => track(transaction, ada, events));
          }));
          const sent = new Set(batches.flatMap(([numbers]) => numbers));
          equal(answers.reduce((sum, { accepted }) => sum + accepted, 0), sent.size);
          equal(
            answers.reduce((sum, { rejected }) => sum + rejected, 0),
            batches.filter(([, withOdd]) => withOdd).length,
          );
          const [log] = await sql`select count(*)::integer as count from public.study_events where user_id = ${ada}`;
          equal(log?.["count"], sent.size);
          const sessions = await sql`
            select events_count, started_at, last_event_at from public.study_sessions where user_id = ${ada} order by started_at`;
          const expected = [1, 2, 0].map((session) =>
            [...sent].filter((number) => number % 3 === session).sort((a, b) => a - b)
          )
            .filter((numbers) => numbers.length > 0)
            .map((numbers) => [numbers.length, DAY + (numbers[0] ?? 0) * 1_000, DAY + (numbers.at(-1) ?? 0) * 1_000]);
          deepEqual(
            sessions.map((row) => [row["events_count"], Number(row["started_at"]), Number(row["last_event_at"])]),
            expected.sort((a, b) => (a[1] ?? 0) - (b[1] ?? 0)),
          );
          together += batches.length;
        },
      ),
      { numRuns: proofs(30, 500) },
    );
    equal(together >= 60, true);
  }));

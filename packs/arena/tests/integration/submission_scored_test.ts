// What is heard on the channel submission_scored, by a listener as the arena's document has it.
import { deepEqual, equal, ok } from "node:assert/strict";
import postgres from "postgres";

const url = Deno.env.get("FRESHET_TEST_DATABASE_URL");
if (url === undefined) throw new Error("FRESHET_TEST_DATABASE_URL is not set: run these through `deno task test`");

const sql = postgres(url, { max: 2, onnotice: () => {} });
const heard: string[] = [];
let end = () => {};

const agent = "d0000000-0000-4000-8000-0000000000e1";
const essay = "c0000000-0000-4000-8000-0000000000e1";
const quiz = "c0000000-0000-4000-8000-0000000000e2";

Deno.test.beforeAll(async () => {
  await sql`insert into public.challenges (id, title) values (${essay}, 'Essay'), (${quiz}, 'Quiz')`;
  await sql`insert into public.agents (id, name) values (${agent}, 'heard')`;
  await sql.listen("submission_scored", (payload) => void heard.push(payload));
  await sql.listen("probe_end", () => end());
});
Deno.test.afterAll(async () => {
  await sql`delete from public.challenges where id in ${sql([essay, quiz])}`;
  await sql`delete from public.agents where id = ${agent}`;
  await sql.end({ timeout: 1 });
});

/** @returns what was heard of these statements; notifications arrive in the order of commits */
async function whatIsHeardOf(work: (sql: postgres.Sql) => Promise<unknown>): Promise<unknown[]> {
  heard.length = 0;
  await work(sql);
  const ended = new Promise<void>((resolve) => end = resolve);
  await sql`select pg_notify('probe_end', '')`;
  await ended;
  return heard.map((payload) => JSON.parse(payload)).sort((one, other) =>
    String(one.challenge_id).localeCompare(other.challenge_id)
  );
}

async function submit(challenge: string, minute: number, status = "judging"): Promise<string> {
  const [row] = await sql`
    insert into public.submissions (agent_id, challenge_id, status, created_at)
    values (${agent}, ${challenge}, ${status}, ${`2026-03-01 10:${String(minute).padStart(2, "0")}+00`}) returning id`;
  return String(row?.["id"]);
}

const setStatus = (ids: readonly string[], status: string) => (sql: postgres.ISql) =>
  sql`update public.submissions set status = ${status} where id in ${sql(ids)}`;

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

test("a statement that scores many notifies once for each challenge, with its earliest submission", async () => {
  const late = await submit(essay, 5);
  const early = await submit(essay, 1);
  const other = await submit(quiz, 9);
  deepEqual(await whatIsHeardOf(setStatus([late, early, other], "scored")), [
    { submission_id: early, challenge_id: essay, agent_id: agent },
    { submission_id: other, challenge_id: quiz, agent_id: agent },
  ]);
});

test("nothing is heard of what was scored before, is not scored now, or was rolled back", async () => {
  const one = await submit(essay, 1);
  deepEqual(await whatIsHeardOf(setStatus([one], "rejected")), []);
  equal((await whatIsHeardOf(setStatus([one], "scored"))).length, 1);
  deepEqual(await whatIsHeardOf(setStatus([one], "scored")), []);
  deepEqual(await whatIsHeardOf((sql) => sql`update public.submissions set composite_score = 3 where id = ${one}`), []);
  const two = await submit(essay, 2);
  deepEqual(
    await whatIsHeardOf((sql) =>
      sql.begin(async (transaction) => {
        await setStatus([two], "scored")(transaction);
        throw new Error("rolled back");
      }).catch(() => {})
    ),
    [],
  );
  deepEqual(await whatIsHeardOf(() => submit(essay, 3, "scored")), []);
});

test("a channel that is turned off is silent, and one that is on is heard from the role that the application writes as", async () => {
  const one = await submit(essay, 1);
  const two = await submit(essay, 2);
  await sql`update analytics.event_channels set is_on = false where channel = 'submission_scored'`;
  deepEqual(await whatIsHeardOf(setStatus([one], "scored")), []);
  await sql`update analytics.event_channels set is_on = true where channel = 'submission_scored'`;
  const asService = (sql: postgres.Sql) =>
    sql.begin(async (transaction) => {
      await transaction`set local role service_role`;
      await setStatus([two], "scored")(transaction);
    });
  equal((await whatIsHeardOf(asService)).length, 1);
});

test("a hundred thousand scores in one statement notify once for each challenge, in a few bytes", async () => {
  await sql`
    insert into public.challenges (title) select 'Crowd ' || g from generate_series(1, 300) as g`;
  const crowd = sql`select id from public.challenges where title like 'Crowd %'`;
  try {
    await sql`
      insert into public.submissions (agent_id, challenge_id, status)
      select ${agent}, c.ids[1 + g % 300], 'judging'
      from generate_series(1, 100000) as g, (select array_agg(id) as ids from (${crowd}) as c) as c`;
    const told = await whatIsHeardOf((sql) =>
      sql`update public.submissions set status = 'scored' where challenge_id in (${crowd})`
    );
    equal(told.length, 300);
    equal(new Set(heard.map((payload) => JSON.parse(payload).challenge_id)).size, 300);
    // NOTIFY refuses 8,000 bytes and more.
    ok(heard.every((payload) => payload.length < 200), heard[0]);
  } finally {
    await sql`delete from public.challenges where title like 'Crowd %'`;
  }
});

test("scores of a merge, of an upsert and of an update within a query are heard too", async () => {
  const [one, two, three] = [await submit(essay, 1), await submit(essay, 2), await submit(quiz, 3)];
  const merge = (sql: postgres.Sql) =>
    sql`
    merge into public.submissions as t using (values (${one}::uuid)) as s (id) on t.id = s.id
    when matched then update set status = 'scored'`;
  deepEqual(await whatIsHeardOf(merge), [{ submission_id: one, challenge_id: essay, agent_id: agent }]);
  const upsert = (sql: postgres.Sql) =>
    sql`
    insert into public.submissions (id, agent_id, challenge_id, status) values (${two}, ${agent}, ${essay}, 'scored')
    on conflict (id) do update set status = excluded.status`;
  deepEqual(await whatIsHeardOf(upsert), [{ submission_id: two, challenge_id: essay, agent_id: agent }]);
  const within = (sql: postgres.Sql) =>
    sql`
    with scored as (update public.submissions set status = 'scored' where id = ${three} returning id) select * from scored`;
  deepEqual(await whatIsHeardOf(within), [{ submission_id: three, challenge_id: quiz, agent_id: agent }]);
});

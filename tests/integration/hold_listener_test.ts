// Which session listens, while another process stands by: the lock and the heartbeat belong together.
import { equal } from "node:assert/strict";
import type postgres from "postgres";
import { withConnections } from "../support/rigs/test_database.ts";

const [FIRST, SECOND] = ["00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"] as const;

async function holds(sql: postgres.Sql, instance: string): Promise<unknown> {
  const [row] = await sql`select freshet.hold_listener(${instance}::uuid) as is_holder`;
  return row?.["is_holder"];
}

function listenerTest(
  name: string,
  body: (one: postgres.Sql, two: postgres.Sql, three: postgres.Sql) => Promise<void>,
): void {
  Deno.test(`hold_listener() ${name}`, () =>
    withConnections(3, async ([one, two, three]) => {
      if (one === undefined || two === undefined || three === undefined) throw new Error("three connections");
      await three`delete from analytics.listeners`;
      try {
        await body(one, two, three);
      } finally {
        await three`delete from analytics.listeners`;
      }
    }));
}

const silentFor = (sql: postgres.Sql, span: string) =>
  sql`update analytics.listeners set started_at = now() - ${span}::interval, last_heard_at = now() - ${span}::interval`;

const isReported = async (sql: postgres.Sql) =>
  (await sql`select from freshet.find_listener_silent() as f`).length === 1;

listenerTest("leaves a process the lock that it has just taken again after ten minutes", async (one, two) => {
  equal(await holds(one, FIRST), true);
  await silentFor(one, "10 minutes");
  await one`select pg_advisory_unlock_all()`;
  equal(await holds(one, FIRST), true, "the same process, in a session that has just taken the lock");
  equal(await holds(two, SECOND), false);
  equal(await holds(one, FIRST), true, "the session of the first was not ended");
});

listenerTest("ends a session that has the lock and was not heard for 90 seconds", async (one, two) => {
  const [session] = await one`select freshet.hold_listener(${FIRST}::uuid), pg_backend_pid() as pid`;
  await silentFor(one, "91 seconds");
  equal(await holds(two, SECOND), false);
  for (let tries = 0; tries < 50 && await holds(two, SECOND) !== true; tries++) await two`select pg_sleep(0.05)`;
  equal(await holds(two, SECOND), true, "the second has taken over");
  equal((await two`select from pg_stat_activity where pid = ${session?.["pid"]}`).length, 0);
});

listenerTest("is no heartbeat: a process that starts again and again and is never heard is reported", async (one) => {
  equal(await holds(one, FIRST), true);
  await silentFor(one, "6 minutes");
  await one`select pg_advisory_unlock_all()`;
  equal(await holds(one, SECOND), true);
  equal(await isReported(one), true, "after a start");
  await one`select pg_advisory_unlock_all()`;
  equal(await holds(one, SECOND), true);
  equal(await isReported(one), true, "after a new connection");
  await one`select freshet.hear_listener(${SECOND}::uuid)`;
  equal(await isReported(one), false, "the first heartbeat ends it");
});

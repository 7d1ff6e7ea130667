// kill -9 of a process of the server, while others write to the sources, refresh by group, rebuild and fold: what comes back
// has lost no change and counted none twice, and the next rebuild finds that the log explains every row.
import { deepEqual, equal, ok } from "node:assert/strict";
import type postgres from "postgres";
import { pause } from "../../stack/pause.ts";
import {
  countDifferences,
  countedWrong,
  createIncrementalViews,
  viewNames,
} from "../support/fixtures/incremental_views.ts";
import { dice } from "../support/random/dice.ts";
import { proofs } from "../support/random/proofs.ts";
import { type CronCluster, startCronCluster } from "../support/rigs/cron_cluster.ts";

interface Loop {
  readonly pid: number;
  /** What it was doing when its connection was lost. */
  readonly ended: Promise<string>;
}

const WRITES: readonly ((n: number) => string)[] = [
  (n) => `insert into public.inc_lines (account, day, returned_on, amount) values (${n % 8}, ${n % 5}, ${n % 3}, ${n})`,
  (n) => `update public.inc_lines set account = ${n % 8}, day = ${n % 6} where id % 997 = ${n % 997}`,
  (n) => `delete from public.inc_lines where id % 997 = ${n % 997} and amount % 2 = 0`,
  (n) => `update public.inc_accounts set region = ${n % 4} where account = ${n % 8}`,
  (n) =>
    `begin; insert into public.inc_lines (account, day, amount) values (${n % 8}, 1, 3); savepoint s;
     update public.inc_lines set day = 4 where id % 997 = ${n % 997}; rollback to s;
     insert into public.inc_lines (account, day, amount) values (${n % 7}, 2, 4); commit`,
  (n) => `begin; update public.inc_lines set amount = amount + 1 where id % 997 = ${n % 997}; rollback`,
];

/** Repeats statements in a session of its own until the connection is lost. */
async function loop(cluster: CronCluster, next: () => string): Promise<Loop> {
  const session = cluster.session();
  const [row] = await session`select pg_backend_pid() as pid`;
  const run = async () => {
    for (;;) {
      const statement = next();
      try {
        await session.unsafe(statement).simple();
      } catch (error) {
        if (isServerError(error, "40P01")) await session.unsafe("rollback").simple().catch(() => {});
        else {
          await session.end({ timeout: 1 });
          return statement;
        }
      }
    }
  };
  return { pid: Number(row?.["pid"]), ended: run() };
}

/** Two writers may take the same rows in different orders; the one that PostgreSQL ends goes on. */
function isServerError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function refreshing(roll: (sides: number) => number): () => string {
  return () => {
    const view = viewNames[roll(viewNames.length)];
    const rebuild = `update analytics.incremental_views set rebuilt_at = '2000-01-01' where view_name = '${view}';`;
    return `${roll(4) === 0 ? rebuild : ""}select analytics.refresh_view('${view}')`;
  };
}

async function assertExact(sql: postgres.Sql): Promise<void> {
  for (const view of viewNames) {
    await sql`select analytics.refresh_view(${view})`;
    equal(await countDifferences(sql, view), 0, `rows of ${view} that differ from its query`);
  }
  await sql`update analytics.incremental_views set rebuilt_at = '2000-01-01'`;
  for (const view of viewNames) await sql`select analytics.refresh_view(${view})`;
  const wrong = await sql`
    select view_name, unexplained_count::integer from analytics.incremental_views where unexplained_count <> 0`;
  equal(JSON.stringify(wrong), "[]", "rows that no logged change explains");
  equal(await countedWrong(sql), 0, "rows and rejects that are counted and not there");
}

async function createUnloggedView(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    create unlogged table public.inc_unlogged (id integer primary key, account integer not null);
    insert into public.inc_unlogged select g, g % 8 from generate_series(1, 80) as g;
    create materialized view analytics.mv_inc_unlogged as select account, count(*) as n from public.inc_unlogged group by 1 with no data;
    create unique index on analytics.mv_inc_unlogged (account);
    select analytics.register_view('mv_inc_unlogged', 'probe', '0 0 1 1 *', '1 hour', incremental => true);
    select analytics.refresh_view('mv_inc_unlogged');
    select analytics.refresh_view('mv_inc_unlogged');
  `).simple();
}

/** Recovery empties an unlogged table, which no trigger sees. */
async function assertEmptied(sql: postgres.Sql): Promise<void> {
  await sql`select analytics.refresh_view('mv_inc_unlogged')`;
  const [rows] = await sql`
    select (select count(*) from public.inc_unlogged)::integer as source, (select count(*) from analytics.mv_inc_unlogged)::integer as view`;
  deepEqual({ ...rows }, { source: 0, view: 0 });
}

Deno.test("an incremental view has lost and doubled nothing, wherever the server is killed in a refresh or a write", async () => {
  const cluster = await startCronCluster();
  try {
    await cluster.admin()`update cron.job set active = false`;
    await createIncrementalViews(cluster.owner());
    await cluster.owner().unsafe(`
      insert into public.inc_lines (account, day, returned_on, amount)
      select g % 8, g % 5, nullif(g % 7, 6), g % 11 from generate_series(1, 20000) as g`);
    await createUnloggedView(cluster.owner());
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.log(`seed ${seed}`);
    const roll = dice(seed);
    const hit = { refresh: 0, write: 0 };
    const kills = proofs(4, 1_000);
    for (let killed = 0; killed < kills; killed += 1) {
      const writer = () => WRITES[roll(WRITES.length)]?.(roll(997)) ?? "";
      const loops = await Promise.all([
        loop(cluster, refreshing(roll)),
        loop(cluster, writer),
        loop(cluster, refreshing(roll)),
        loop(cluster, writer),
        loop(cluster, () => "select analytics.trim_source_changes()"),
      ]);
      await pause(100 + roll(400));
      const victim = loops[killed % 2];
      ok(victim !== undefined);
      Deno.kill(victim.pid, "SIGKILL");
      const [doing] = await Promise.all([victim.ended, ...loops.map(({ ended }) => ended)]);
      hit[doing.includes("refresh_view") ? "refresh" : "write"] += 1;
      await cluster.recovered();
      await assertExact(cluster.owner());
    }
    await assertEmptied(cluster.owner());
    ok(hit.refresh > 0 && hit.write > 0, `killed in ${hit.refresh} refreshes and ${hit.write} writes`);
  } finally {
    await cluster.stop();
  }
});

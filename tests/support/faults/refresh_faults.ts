import { equal, ok } from "node:assert/strict";
import type postgres from "postgres";
import { pause } from "../../../stack/pause.ts";
import type { DetectionFault, DetectionScene, Struck } from "./detection_scene.ts";
import { createProbeViews, dropProbeViews, otherProbeView, probeView } from "../fixtures/probe_view.ts";
import { testDatabaseUrl, withConnections } from "../rigs/test_database.ts";

/** A value in every bad row, which must be in no alert. */
const ROW_DATA = "anna-kowalska-salary";
const BROKEN = "mv_probe_broken";

/** Refreshes that really fail; the server's message is written into the history, as pg_cron would. */
export const refreshFaults: readonly DetectionFault[] = [
  {
    ...struck("a refresh whose backend is terminated", (admin, pid) => admin`select pg_terminate_backend(${pid})`),
    in_every_run: true,
  },
  struck("a refresh that is cancelled", (admin, pid) => admin`select pg_cancel_backend(${pid})`),
  struck("a refresh that gives up waiting for a lock", () => Promise.resolve(), "set lock_timeout = '200ms'"),
  broken("a row that divides by zero", "0, '1'", "22012"),
  broken("a row whose figure is too large", "1, '99999999999'", "22003"),
  { ...broken("a row whose figure is a text", `1, '${ROW_DATA}'`, "22P02"), in_every_run: true },
];

function struck(
  what: string,
  strike: (admin: postgres.Sql, pid: number) => Promise<unknown>,
  setting = "select 1",
): DetectionFault {
  return {
    id: "F13",
    what,
    inject: (scene) =>
      withOwner(async (owner) => {
        await createProbeViews(owner);
        await owner`insert into public.probe_amounts (account, amount) values (1, 5)`;
        await refresh(owner, probeView);
        await owner`insert into public.probe_amounts (account, amount) values (2, 5)`;
        await owner`begin`;
        await owner`lock table public.probe_amounts in access exclusive mode`;
        const refused = failingRefresh(probeView, setting);
        await strike(scene.stage.sql, await waitingForLock(scene.stage.sql));
        const message = await refused;
        await owner`rollback`;

        const [{ accounts } = {}] = await owner`select count(*)::integer as accounts from analytics.mv_probe_totals`;
        equal(accounts, 1, "what was there before is still read");
        return await failedRun(scene, { view: probeView, message, repair: () => withOwner(refreshAgain) });
      }),
  };
}

/** Checks that the next refresh has the rows that the failed one lacked. */
async function refreshAgain(owner: postgres.Sql): Promise<void> {
  await refresh(owner, probeView);
  const [{ accounts } = {}] = await owner`select count(*)::integer as accounts from analytics.mv_probe_totals`;
  equal(accounts, 2, "the next refresh has all of it");
}

function broken(what: string, values: string, sqlstate: string): DetectionFault {
  return {
    id: "F17",
    what,
    inject: (scene) =>
      withOwner(async (owner) => {
        await createProbeViews(owner);
        await owner.unsafe(`
          create table public.probe_broken (id integer primary key, divisor integer, amount text, note text default '${ROW_DATA}');
          insert into public.probe_broken values (1, 1, '1');
          create materialized view analytics.${BROKEN} as
            select id, amount::integer / divisor as quotient, note from public.probe_broken with no data;
          create unique index ${BROKEN}_key on analytics.${BROKEN} (id);
          select analytics.register_view('${BROKEN}', 'probe', '0 0 1 1 *', '1 hour');
          select analytics.refresh_view('${BROKEN}');
          insert into public.probe_broken values (2, ${values});
          insert into public.probe_amounts (account, amount) values (1, 5);
        `).simple();
        const message = await failingRefresh(BROKEN);
        const beside = await Promise.all([probeView, otherProbeView].map((view) => refresh(owner, view)));
        equal(beside.join(), "refreshed,refreshed", "the views beside it are refreshed");
        const failed = await failedRun(scene, {
          view: BROKEN,
          message,
          repair: () =>
            withOwner(async (again) => {
              await again`delete from public.probe_broken where id = 2`;
              equal(await refresh(again, BROKEN), "refreshed");
            }),
        });
        return {
          ...failed,
          check(events) {
            equal(events.length, 1);
            ok(events[0]?.includes(`"sqlstate":"${sqlstate}"`), `no ${sqlstate} in ${events[0]}`);
            ok(!events[0]?.includes(ROW_DATA), `a row's data is in ${events[0]}`);
          },
        };
      }),
  };
}

interface FailedRefresh {
  readonly view: string;
  /** The error as libpq reports it, to pg_cron and to psql. */
  readonly message: string;
  readonly repair: () => Promise<void>;
}

async function failedRun(scene: DetectionScene, { view, message, repair }: FailedRefresh): Promise<Struck> {
  const job = `refresh-${view}`;
  const runid = await scene.write(job, { status: "failed", message, is_started: true, is_ended: true });
  return {
    told: [`failed:${job}`],
    async mend() {
      const [ledger] = await scene.stage.sql`
        select count(*)::integer as count from analytics.refresh_log where view_name = ${view} and outcome = 'failed' and runid = ${runid}`;
      equal(ledger?.["count"], 1, "the refresh that was rolled back stands in the ledger as failed");
      await repair();
      await scene.succeed([job]);
    },
  };
}

/** Drops the views above, after the audit has closed all their incidents. */
export function dropRefreshFaults(): Promise<void> {
  return withOwner(async (owner) => {
    await owner.unsafe(`
      delete from cron.job_run_details where jobid in (select jobid from cron.job where jobname like 'refresh-mv_probe%');
      select analytics.unregister_view('${BROKEN}');
      drop materialized view if exists analytics.${BROKEN};
      drop table if exists public.probe_broken;
      delete from analytics.refresh_log where view_name = '${BROKEN}'`).simple();
    await dropProbeViews(owner);
  });
}

async function refresh(sql: postgres.Sql, view: string): Promise<string> {
  const [row] = await sql`select outcome from analytics.refresh_view(${view})`;
  return String(row?.["outcome"]);
}

const PSQL = "/usr/lib/postgresql/15/bin/psql";
const APPLICATION = "probe of a refresh";

/** The error that a libpq client gets; pg_cron is one. */
async function failingRefresh(view: string, setting = "select 1"): Promise<string> {
  const { success, stderr } = await new Deno.Command(PSQL, {
    args: [testDatabaseUrl(), "-Xq", "-c", setting, "-c", `select analytics.refresh_view('${view}')`],
    env: { PGAPPNAME: APPLICATION },
    stdout: "null",
  }).output();
  if (success) throw new Error(`the refresh of ${view} did not fail`);
  return new TextDecoder().decode(stderr);
}

async function waitingForLock(admin: postgres.Sql): Promise<number> {
  for (const patience = Date.now() + 10_000; Date.now() < patience; await pause(20)) {
    const [row] = await admin`
      select l.pid from pg_locks as l join pg_stat_activity as a on a.pid = l.pid
      where not l.granted and a.application_name = ${APPLICATION}`;
    if (row !== undefined) return Number(row["pid"]);
  }
  throw new Error("the refresh did not come to wait for a lock within 10 s");
}

function withOwner<Result>(body: (owner: postgres.Sql) => Promise<Result>): Promise<Result> {
  return withConnections(1, async ([owner]) => {
    if (owner === undefined) throw new Error("a connection was asked for");
    return await body(owner);
  });
}

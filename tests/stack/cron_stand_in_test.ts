import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import postgres from "postgres";
import { pause } from "../../stack/pause.ts";
import { intervalSeconds, isDueAt } from "../../stack/postgres/cron_schedule.ts";
import { removeCluster, startPostgres } from "../../stack/postgres/mod.ts";

Deno.test("isDueAt() takes day of month and day of week as alternatives, as Vixie cron does", () => {
  const schedule = "0 9 13 * 5"; // the 13th, and every Friday
  equal(isDueAt(schedule, new Date("2026-11-13T09:00:00Z")), true); // both
  equal(isDueAt(schedule, new Date("2026-11-20T09:00:00Z")), true); // a Friday
  equal(isDueAt(schedule, new Date("2026-12-13T09:00:00Z")), true); // a Sunday the 13th
  equal(isDueAt(schedule, new Date("2026-11-21T09:00:00Z")), false);
});

Deno.test("isDueAt() counts in GMT, in steps and ranges, and knows the last day of a month", () => {
  equal(isDueAt("*/10 * * * *", new Date("2026-11-20T10:20:00Z")), true);
  equal(isDueAt("*/10 * * * *", new Date("2026-11-20T10:21:00Z")), false);
  equal(isDueAt("5-7 0 * * *", new Date("2026-11-20T00:06:00Z")), true);
  equal(isDueAt("0 0 $ * *", new Date("2028-02-29T00:00:00Z")), true);
  equal(isDueAt("0 0 $ * *", new Date("2028-02-28T00:00:00Z")), false);
});

Deno.test("intervalSeconds() knows an interval from a cron expression", () => {
  deepEqual(["1 second", "30 seconds", "60 seconds", "* * * * *"].map(intervalSeconds), [1, 30, null, null]);
});

Deno.test("The stand-in for pg_cron", async (t) => {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
  const part = await startPostgres({ workFolder, flavour: "embedded", durable: false });
  const sql = postgres(part.url, { max: 2, onnotice: () => {} });

  async function lastRun(job: string): Promise<postgres.Row> {
    for (let attempt = 0; attempt < 200; attempt++) {
      const [run] = await sql`
        select d.* from cron.job_run_details as d join cron.job as j on j.jobid = d.jobid
        where j.jobname = ${job} and d.end_time is not null order by d.runid limit 1`;
      if (run !== undefined) return run;
      await pause(50);
    }
    throw new Error(`job ${job} did not run`);
  }

  try {
    await t.step("runs a job as its owner and stores pg_cron's words for what came of it", async () => {
      await sql`create table public.told (by text)`;
      await sql`select cron.schedule('writes', '1 second', 'set statement_timeout = ''1min''; insert into public.told values (current_user)')`;
      await sql`select cron.schedule('selects', '1 second', 'select 1')`;
      await sql`select cron.schedule('fails', '1 second', 'select * from nope.nope')`;
      await sql`select cron.schedule('raises', '1 second', ${`do $$ begin raise exception 'no' using detail = 'why', hint = 'so'; end $$`})`;
      const selected = await lastRun("selects");
      deepEqual([selected.status, selected.return_message, selected.username], ["succeeded", "1 row", "postgres"]);
      ok(selected.job_pid > 0 && selected.start_time <= selected.end_time);
      equal((await lastRun("writes")).return_message, "INSERT 0 1");
      deepEqual(await sql`select distinct by from public.told`.then((rows) => [...rows]), [{ by: "postgres" }]);
      const failed = await lastRun("fails");
      equal(failed.status, "failed");
      equal(
        failed.return_message,
        'ERROR:  relation "nope.nope" does not exist\nLINE 1: select * from nope.nope\n                      ^\n',
      );
      equal(
        (await lastRun("raises")).return_message,
        "ERROR:  no\nDETAIL:  why\nHINT:  so\nCONTEXT:  PL/pgSQL function inline_code_block line 1 at RAISE\n",
      );
    });
    await t.step("keeps a job's id when it is scheduled again under its name", async () => {
      const [first] = await sql`select cron.schedule('twice', '0 0 * * *', 'select 1') as id`;
      const [second] = await sql`select cron.schedule('twice', '0 1 * * *', 'select 2') as id`;
      equal(first?.id, second?.id);
      deepEqual([...await sql`select schedule, command from cron.job where jobname = 'twice'`], [
        { schedule: "0 1 * * *", command: "select 2" },
      ]);
    });
    await t.step("refuses a schedule that is none", async () => {
      for (const schedule of ["61 * * * *", "* * *", "60 seconds", "0 0 * * mo", "5-2 * * * *"]) {
        await rejects(sql`select cron.schedule('bad', ${schedule}, 'select 1')`, /invalid schedule: /);
      }
    });
    await t.step("stops running a job that was made inactive or unscheduled", async () => {
      await sql`select cron.alter_job((select jobid from cron.job where jobname = 'selects'), active := false)`;
      deepEqual([...await sql`select active from cron.job where jobname = 'selects'`], [{ active: false }]);
      await sql`select cron.unschedule('writes')`;
      await rejects(sql`select cron.unschedule('writes')`, /could not find valid entry for job 'writes'/);
    });
    await t.step(
      "shows a role its own jobs only, and lets it change the table through the functions only",
      async () => {
        await rejects(sql`update cron.job set command = 'select 3'`, /permission denied/);
        await sql`grant usage on schema cron to anon`;
        const seen = await sql.begin(async (transaction) => {
          await transaction`set local role anon`;
          return await transaction`select count(*)::integer as count from cron.job`;
        });
        deepEqual([...seen], [{ count: 0 }]);
      },
    );
    await t.step("has a scheduler that the audit can see", async () => {
      const [row] =
        await sql`select count(*)::integer as count from pg_stat_activity where application_name = 'pg_cron scheduler'`;
      ok(row?.count > 0);
    });
  } finally {
    await sql.end({ timeout: 5 });
    await part.stop();
    await removeCluster(workFolder);
    await Deno.remove(workFolder, { recursive: true });
  }
});

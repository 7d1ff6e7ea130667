// A digest that fails becomes one incident of the job that checks the week, and what docs/digest.md says ends it.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type postgres from "postgres";
import { type AuditStage, onAuditStage } from "../../../../tests/support/rigs/audit_stage.ts";
import { withConnections } from "../../../../tests/support/rigs/test_database.ts";
import { startMailbox } from "../../../../stack/mailbox/mod.ts";
import { digestWork } from "../../functions/weekly-digest/serve_digest.ts";
import { plantManagers, removeManagers, rpcOver, states } from "../support/digest_database.ts";

const JOB = "check-weekly-digest";

/** The statements under "When digests fail", for this week. */
async function repairs(week_on: string): Promise<{ readonly retry: string; readonly leave: string }> {
  const page = await Deno.readTextFile(new URL("../../../../docs/digest.md", import.meta.url));
  const block = page.split("## When digests fail")[1]?.match(/```sql\n(.*?)```/s)?.[1] ?? "";
  const [retry, leave, ...more] = block.trim().split("\n");
  ok(retry !== undefined && leave !== undefined && more.length === 0, "the page has two statements");
  ok(block.includes("'2013-07-01'"));
  return { retry: retry.replace("2013-07-01", week_on), leave: leave.replace("2013-07-01", week_on) };
}

/** Runs the command as pg_cron does, and leaves its run in the history with what it said. */
async function runJob({ sql, plant }: AuditStage, owner: postgres.Sql): Promise<string | null> {
  const [job] = await sql`select command from cron.job where jobname = ${JOB}`;
  const said = await owner.unsafe(String(job?.command)).simple().then(() => null, (error) => String(error.message));
  await plant(JOB, said === null ? { status: "succeeded" } : { status: "failed", message: `ERROR:  ${said}` });
  return said;
}

async function incidents({ sql }: AuditStage): Promise<unknown[]> {
  return [
    ...await sql`
    select kind, subject, closed_at is null as is_open from analytics.incidents order by incident_id`,
  ];
}

Deno.test("a digest that fails is one incident, and the repairs of docs/digest.md end it", async () => {
  await onAuditStage((stage) =>
    withConnections(1, async ([owner]) => {
      if (owner === undefined) return;
      const mailbox = startMailbox({ rate: 1_000 });
      const variables: Record<string, string> = { ...mailbox.variables, SUPABASE_URL: "https://project.example.com" };
      const send = digestWork(rpcOver(owner), (name) => variables[name]);
      const opened = { kind: "failed", subject: JOB, is_open: true };
      const closed = { ...opened, is_open: false };
      try {
        await owner`select analytics.switch_weekly_digest(true)`;
        await plantManagers(owner, 3);
        const [{ week_on = "" } = {}] =
          await owner`select max(week_on)::text as week_on from analytics.digest_deliveries`;
        const { retry, leave } = await repairs(week_on);

        // The provider refuses an address.
        await owner`update analytics.digest_deliveries set email = 'no address' where manager_id = 'm2'`;
        await send();
        equal(await runJob(stage, owner), `weekly digest of ${week_on}: failed (validation_error): 1`);
        await stage.audit();
        deepEqual(await incidents(stage), [opened]);
        const [alert] = stage.sink.events();
        match(String(alert?.["message"]), /^check-weekly-digest: weekly digest of .*: failed \(validation_error\): 1/);
        // An hour later it still fails: the same incident.
        await runJob(stage, owner);
        await stage.audit();
        deepEqual([await incidents(stage), stage.sink.events().length], [[opened], 1]);

        await owner.unsafe(retry);
        await send();
        deepEqual(await states(owner), { sent: 3 });
        equal(await runJob(stage, owner), null);
        await stage.audit();
        deepEqual(await incidents(stage), [closed]);

        // The provider took a mail and could not send it, and another address bounced.
        for (const [manager, reason] of [["m1", "failed"], ["m3", "bounced"]] as const) {
          await owner`
            select analytics.take_digest_event(${`msg_${manager}`}, ${reason}, d.delivery_id, d.email)
            from analytics.digest_deliveries as d where d.manager_id = ${manager}`;
        }
        const both = `weekly digest of ${week_on}: address bounced: 1, failed (failed_at_provider): 1`;
        equal(await runJob(stage, owner), both);
        await stage.audit();
        deepEqual(await incidents(stage), [closed, opened]);
        await owner.unsafe(leave);
        equal(await runJob(stage, owner), `weekly digest of ${week_on}: address bounced: 1`);
        await stage.audit();
        deepEqual(await incidents(stage), [closed, opened], "half a repair ends nothing");
        await owner`update public.users set email = 'new@example.com' where id = 'm3'`;
        equal(await runJob(stage, owner), null);
        await stage.audit();
        deepEqual(await incidents(stage), [closed, closed]);
        equal(mailbox.mails.length, 3, "no repair sent a mail that was not asked for");
      } finally {
        await removeManagers(owner);
        await owner`delete from analytics.digest_settings`;
        await stage.sql`
          delete from cron.job_run_details where jobid in (select jobid from cron.job where jobname = ${JOB})`;
        await mailbox.stop();
      }
    })
  );
});

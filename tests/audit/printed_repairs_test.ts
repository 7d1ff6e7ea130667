// A repair is pasted as it is printed, at night: it ends its incident, and is itself no trouble in the pass that follows.
import assert from "node:assert/strict";
import { alertPayload } from "../../shared/audit/pass.ts";
import { repairSql } from "../../shared/audit/repair.ts";
import { type AuditStage, onAuditStage } from "../support/rigs/audit_stage.ts";
import { withConnections } from "../support/rigs/test_database.ts";

const YEARLY = "0 0 1 1 *";

interface Trouble {
  readonly kind: string;
  readonly job: string;
  readonly command: string;
}

const TROUBLES: readonly Trouble[] = [
  {
    kind: "locking_refresh",
    job: "probe-locking",
    command: "set statement_timeout = '1min'; refresh materialized view public.probe_locked",
  },
  {
    kind: "unset_timeout",
    job: "probe-unset",
    command: "refresh materialized view concurrently public.probe_unset",
  },
  {
    kind: "wrong_host",
    job: "probe-host",
    command: "select net.http_get('https://abcdefghijklmnopqrst.supabase.co/functions/v1/x')",
  },
];

async function paste(stage: AuditStage, kind: string): Promise<void> {
  const [row] = await stage.sql`
    select payload from analytics.outbox where payload ->> 'kind' = ${kind} and transition = 'opened' order by event_id limit 1`;
  const repair = repairSql(alertPayload.parse(row?.["payload"])) ?? "";
  await withConnections(1, async ([owner]) => void await owner?.unsafe(repair).simple());
}

async function open(stage: AuditStage): Promise<string[]> {
  const rows = await stage.sql`
    select kind || ':' || subject as one from analytics.incidents
    where closed_at is null and (subject like '%probe%' or kind = 'unrefreshed') order by 1`;
  return rows.map((row) => String(row["one"]));
}

Deno.test("A repair that changes the command of a declared job, or ends the job, opens no other incident", async () => {
  await onAuditStage((stage) =>
    withConnections(1, async ([owner]) => {
      const { sql } = stage;
      await owner?.unsafe(`
        create materialized view public.probe_locked as select 1 as id; create unique index on public.probe_locked (id);
        create materialized view public.probe_unset as select 1 as id; create unique index on public.probe_unset (id)`)
        .simple();
      try {
        for (const { job, command } of TROUBLES) {
          await owner?.unsafe(`select analytics.register_job($1, $2, $3)`, [job, YEARLY, command]);
        }
        await stage.audit();
        await stage.audit();
        assert.deepEqual(await open(stage), TROUBLES.map(({ kind, job }) => `${kind}:${job}`).sort());
        for (const { kind } of TROUBLES) await paste(stage, kind);
        await stage.audit();
        await stage.audit();
        assert.deepEqual(await open(stage), []);
      } finally {
        for (const { job } of TROUBLES) {
          await sql`delete from cron.job where jobname = ${job}`;
          await sql`select freshet.withdraw_job(${job})`;
        }
        await sql`drop materialized view public.probe_locked, public.probe_unset`;
      }
    })
  );
});

Deno.test("The repair of a view that no job refreshes gives it a declared job, and leaves the job of a registered view of that name alone", async () => {
  await onAuditStage((stage) =>
    withConnections(1, async ([owner]) => {
      const { sql } = stage;
      const [registered] =
        await sql`select replace(jobname, 'refresh-', '') as view_name from cron.job where jobname like 'refresh-mv%' order by 1 limit 1`;
      const view = String(registered?.["view_name"]);
      const jobs = () => sql`select jobid, command from cron.job where jobname = ${`refresh-${view}`}`;
      const before = await jobs();
      await owner?.unsafe(`create materialized view public.${view} as select 1 as id`).simple();
      try {
        await stage.audit();
        assert.deepEqual(await open(stage), ["unrefreshed:materialized views"]);
        await paste(stage, "unrefreshed");
        await stage.audit();
        await stage.audit();
        assert.deepEqual(
          (await sql`select kind || ':' || subject as one from analytics.incidents where closed_at is null`)
            .map((row) => row["one"]),
          [],
        );
        assert.deepEqual(await jobs(), before);
      } finally {
        await sql`delete from cron.job where jobname like 'refresh public.%'`;
        await sql`select freshet.withdraw_job(${`refresh public.${view}`})`;
        await sql.unsafe(`drop materialized view public.${view}`);
      }
    })
  );
});

Deno.test("The repair of an address in Vault works where it is wrong and where it is not there", async () => {
  await onAuditStage(async (stage) => {
    const repair = repairSql(alertPayload.parse({
      ...{
        kind: "secret_missing",
        subject: "project_url",
        fingerprint: "secret_missing:project_url",
        severity: "fatal",
      },
      ...{ summary: "", incident_id: 1, streak: 1, first_seen_at: "2026-01-01T00:00:00Z" },
      ...{ last_seen_at: "2026-01-01T00:00:00Z", opened_at: "2026-01-01T00:00:00Z", closed_at: null, resolution: null },
    })) ?? "";
    const undone = new Error("undone");
    for (const first of ["delete from vault.secrets where name = 'project_url'", "select 1"]) {
      await stage.sql.begin(async (sql) => {
        await sql.unsafe(first);
        await sql.unsafe(repair.replaceAll("<ref>", "abcdefghijklmnopqrst")).simple();
        const rows = await sql`select decrypted_secret from vault.decrypted_secrets where name = 'project_url'`;
        assert.deepEqual(rows.map((row) => row["decrypted_secret"]), ["https://abcdefghijklmnopqrst.supabase.co"]);
        throw undone;
      }).catch((error: unknown) => assert.equal(error, undone));
    }
  });
});

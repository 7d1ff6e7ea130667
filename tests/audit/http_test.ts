// HTTP jobs on a real pg_cron: each run succeeds in a moment, and what became of its call is another matter.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { type AuditStage, onAuditStage } from "../support/rigs/audit_stage.ts";
import { type FunctionHost, startFunctionHost } from "../support/fakes/function_host.ts";
import { withConnections } from "../support/rigs/test_database.ts";
import { pause } from "../../stack/pause.ts";

interface Scene {
  readonly stage: AuditStage;
  readonly host: FunctionHost;
  /** As postgres. */
  readonly owner: postgres.Sql;
}

function httpTest(name: string, body: (scene: Scene) => Promise<void>): void {
  Deno.test(name, () =>
    onAuditStage((stage) =>
      withConnections(1, async ([owner]) => {
        assert.ok(owner !== undefined);
        const host = await startFunctionHost();
        const [before] =
          await owner`select id, decrypted_secret from vault.decrypted_secrets where name = 'project_url'`;
        const setUrl = (url: string) => owner`select vault.update_secret(${before?.["id"]}, ${url})`;
        await setUrl(host.origin);
        try {
          await body({ stage, host, owner });
        } finally {
          await owner`delete from cron.job_run_details where jobid in (select jobid from cron.job where jobname like 'call-%')`;
          await owner`select cron.unschedule(jobid), freshet.withdraw_job(jobname) from cron.job where jobname like 'call-%'`;
          await setUrl(String(before?.["decrypted_secret"]));
          await host.stop();
        }
      })
    ));
}

/** The job of a function: what pg_cron runs, and what a person runs by hand. */
function command(name: string): string {
  const more: Record<string, string> = {
    "late": ", timeout => '1 second'",
    "background": ", complete_within => '10 minutes'",
  };
  return `select analytics.invoke_function('${name}'${more[name] ?? ""})`;
}

async function register(owner: postgres.Sql, name: string, schedule: string): Promise<void> {
  await owner`select analytics.register_job(${`call-${name}`}, ${schedule}, ${command(name)})`;
}

type Contexts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const CALLS = ["fine", "crashed", "refused", "absent", "reset", "late", "lost", "background", "told"] as const;

httpTest(
  'What an HTTP job came to is seen behind its "succeeded", also where it calls pg_net itself (supabase#47747), told once, and over with a call that succeeds',
  async ({ stage, host, owner }) => {
    const { sql, sink } = stage;
    host.answers({
      crashed: { status: 500, body: '{"code":"BOOT_ERROR","message":"eve@example.org"}' },
      refused: { status: 401, body: '{"code":"UNAUTHENTICATED"}' },
      absent: { status: 404, body: '{"code":"NOT_FOUND"}' },
      reset: "reset",
      late: "silent",
      background: { status: 202 },
      told: "reset",
    });
    // The function that tells, tells the ledger and not the caller: its answer is lost.
    host.onCall("told", async (call) => void await sql`select analytics.complete_call(${call}::bigint, 'succeeded')`);

    // So slow that no other call of the minute saves its answer, which is then gone as after a crash.
    host.onCall("lost", () => new Promise((resolve) => setTimeout(resolve, 3_000)));

    for (const name of CALLS) await register(owner, name, "* * * * *");
    // As the platform's dashboard writes a job.
    const by_hand =
      `select\n  net.http_post(\n    url:='${host.origin}/functions/v1/refused',\n    headers:=jsonb_build_object('Authorization', 'Bearer x'),\n    timeout_milliseconds:=5000\n  ) as request_id;`;
    await owner`select analytics.register_job('call-past', '* * * * *', ${by_hand})`;
    await eventually("each job has run", 300, async () => {
      const [row] = await owner`
      select count(distinct j.jobname)::integer as count
      from cron.job_run_details as d join cron.job as j using (jobid)
      where j.jobname like 'call-%' and d.status = 'succeeded'`;
      return row?.["count"] === CALLS.length + 1;
    });
    for (const name of CALLS) await register(owner, name, "0 0 1 1 *");
    await owner`select analytics.register_job('call-past', '0 0 1 1 *', ${by_hand})`;
    await eventually("each call has its answer", 90, async () => {
      const [row] = await owner`
      select count(*)::integer as count from net._http_response as r join analytics.http_calls as c on c.request_id = r.id`;
      return Number(row?.["count"]) >= CALLS.length;
    });

    const ledger = await owner`select job_name, runid, planned_at from analytics.http_calls order by job_name`;
    assert.deepEqual(ledger.map((row) => row["job_name"]), CALLS.map((name) => `call-${name}`).sort());
    const runs = await owner`
    select count(*)::integer as count from analytics.http_calls as c
    join cron.job_run_details as d on d.runid = c.runid and d.start_time - c.planned_at between interval '0' and interval '1 minute'
    join cron.job as j on j.jobid = d.jobid and j.jobname = c.job_name`;
    assert.equal(runs[0]?.["count"], CALLS.length, "every call names its run and the minute for which it was planned");

    await owner`delete from net._http_response as r using analytics.http_calls as c where c.request_id = r.id and c.job_name = 'call-lost'`;
    await owner`update analytics.http_calls set deadline_at = now() where job_name in ('call-lost', 'call-background')`;
    const first = await stage.audit();
    assert.deepEqual(issues(sink.events()), [
      "http_failed:call-absent 404",
      "http_failed:call-crashed 500",
      "http_failed:call-late",
      "http_failed:call-refused 401",
      "http_failed:call-reset",
      "http_untracked:call-past 401",
      "unknown_outcome:call-background 202",
      "unknown_outcome:call-lost",
    ]);
    assert.deepEqual([first.opened, first.sent], [8, 8]);
    const classes = sink.events().map((event) => tag(event, "failure_class")).filter((one) => one !== undefined).sort();
    assert.deepEqual(classes, ["config", "config", "connection", "server", "timeout"]);
    const refused = sink.events().find((event) => tag(event, "job") === "call-refused");
    assert.equal(refused?.["message"], 'call-refused: function "refused" answered 401 (UNAUTHENTICATED)');
    const { incident } = refused?.["contexts"] as { incident: Record<string, unknown> };
    assert.equal(incident["message"], 'function "refused" answered 401 (UNAUTHENTICATED)');
    assert.equal(incident["runbook"], "docs/runbook/http_failed.md");
    assert.match(String(incident["repair_sql"]), /analytics\.http_calls where job_name = 'call-refused'/);
    assert.ok(
      !sink.received.map((one) => one.text).join().includes("eve@example.org"),
      "of an answer only its code is told",
    );

    const again = await stage.audit();
    assert.deepEqual([again.opened, again.sent], [0, 0], "an open incident is told once");

    // Its repair, as the alert has it, changes one word: the ledger knows the next call.
    const past = sink.events().find((event) => tag(event, "job") === "call-past")?.["contexts"] as Contexts | undefined;
    await owner.unsafe(String(past?.["incident"]?.["repair_sql"])).simple();
    const [repaired] = await owner`select command from cron.job where jobname = 'call-past'`;
    assert.equal(repaired?.["command"], by_hand.replace("net.", "analytics."));
    await owner.unsafe(String(repaired?.["command"]));
    await eventually("its call has its answer", 90, async () => {
      const [row] = await owner`
        select count(*)::integer as count from analytics.http_calls as c join net._http_response as r on r.id = c.request_id
        where c.job_name = 'call-past'`;
      return row?.["count"] === 1;
    });
    const repaired_audit = await stage.audit();
    assert.deepEqual([repaired_audit.opened, repaired_audit.closed], [1, 1]);
    assert.ok(
      issues(sink.events()).includes("http_failed:call-past 401"),
      "which still fails, and says whose call it was",
    );

    // Mended, and run by hand as pg_cron would.
    host.answers({});
    await owner.unsafe(String(repaired?.["command"]));
    host.onCall("lost", () => Promise.resolve());
    const [before] = await owner`select max(call_id)::integer as call_id from analytics.http_calls`;
    for (const name of CALLS) await owner.unsafe(command(name));
    await eventually("each call has its answer", 90, async () => {
      const [row] = await owner`
        select count(*)::integer as count from analytics.http_calls as c
        where c.call_id > ${before?.["call_id"]}
          and (c.harvested_at is not null or exists (select from net._http_response as r where r.id = c.request_id))`;
      return row?.["count"] === CALLS.length;
    });
    await sql`select analytics.complete_call(max(call_id), 'succeeded') from analytics.http_calls where job_name = 'call-background'`;
    const last = await stage.audit();
    assert.deepEqual([last.opened, last.closed, last.sent, last.outcome], [0, 8, 8, "ok"]);
    assert.equal(sink.events().filter((event) => tag(event, "transition") === "recovered").length, 9);
  },
);

httpTest(
  "A queue that nobody takes is one incident, whatever it makes unknown, and is over when it is taken",
  async ({ stage, owner }) => {
    const { sql, sink } = stage;
    // A trigger would be found as a foreign one, under which no call is queued.
    await sql`create rule keep_request as on delete to net.http_request_queue do instead nothing`;
    try {
      for (const name of ["a", "b"]) {
        await register(owner, name, "0 0 1 1 *");
        await owner.unsafe(command(name));
      }
      assert.deepEqual((await stage.audit()).opened, 0, "a request may wait for a moment");
      await sql`update analytics.http_calls set queued_at = queued_at - interval '5 minutes', deadline_at = now()`;
      const first = await stage.audit();
      assert.deepEqual([first.opened, first.sent], [3, 1]);
      assert.deepEqual(issues(sink.events()), ["net_worker_gone:pg_net"]);
    } finally {
      await sql`drop rule keep_request on net.http_request_queue`;
    }
    await eventually("the queue is taken", 90, async () => {
      const [row] =
        await owner`select count(*)::integer as count from net._http_response as r join analytics.http_calls as c on c.request_id = r.id`;
      return row?.["count"] === 2;
    });
    const last = await stage.audit();
    assert.deepEqual(
      [last.closed, last.sent, last.outcome],
      [3, 1, "ok"],
      "the late answers make known what was unknown",
    );
  },
);

httpTest("pg_net without a process is an incident when it stays away", async ({ stage }) => {
  const { sql, sink } = stage;
  const [me] = await sql`select current_user as name`;
  const workers = () => sql`select pid from pg_stat_activity where application_name like 'pg_net%'`;
  // It connects again at once, unless it may not.
  await sql`alter role ${sql(String(me?.["name"]))} nologin`;
  try {
    await eventually("the process is gone", 90, async () => {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'pg_net%'`;
      return (await workers()).length === 0;
    });
    assert.equal((await stage.audit()).opened, 0, "one that restarts is away for a moment");
    await sql`update analytics.findings set since = since - interval '3 minutes' where kind = 'net_worker_gone'`;
    assert.equal((await stage.audit()).opened, 1);
    assert.deepEqual(issues(sink.events()), ["net_worker_gone:pg_net"]);
  } finally {
    await sql`alter role ${sql(String(me?.["name"]))} login`;
  }
  await eventually("the process is back", 90, async () => (await workers()).length > 0);
  assert.equal((await stage.audit()).closed, 1);
});

httpTest("A secret that is not in Vault is one incident, however many jobs want it", async ({ stage, owner }) => {
  const [key] =
    await owner`select id, decrypted_secret from vault.decrypted_secrets where name = 'freshet_call_secret'`;
  await stage.sql`delete from vault.secrets where name = 'freshet_call_secret'`;
  try {
    for (const name of ["a", "b", "c"]) {
      await stage.schedule(`probe-${name}`);
      const failure = await owner.unsafe(command(name)).then(
        () => assert.fail("it has no key"),
        (error: Error) => error,
      );
      await stage.plant(`probe-${name}`, { status: "failed", message: `ERROR:  ${failure.message}\n` });
    }
    const first = await stage.audit();
    assert.deepEqual([first.opened, first.sent], [4, 1]);
    assert.deepEqual(issues(stage.sink.events()), ["secret_missing:freshet_call_secret"]);
  } finally {
    await owner`select vault.create_secret(${String(key?.["decrypted_secret"])}, 'freshet_call_secret')`;
  }
  for (const name of ["a", "b", "c"]) await stage.plant(`probe-${name}`, { status: "succeeded", message: "1 row" });
  const last = await stage.audit();
  assert.deepEqual([last.closed, last.sent, last.outcome], [4, 1, "ok"]);
});

function tag(event: Readonly<Record<string, unknown>>, name: string): unknown {
  return (event["tags"] as Record<string, unknown>)[name];
}

function issues(events: readonly Readonly<Record<string, unknown>>[]): unknown[] {
  return events.map((event) => [event["fingerprint"], tag(event, "http_status")].flat().filter(Boolean).join(" "))
    .sort();
}

async function eventually(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  for (const patience = Date.now() + seconds * 1_000; Date.now() < patience;) {
    if (await holds()) return;
    await pause(250);
  }
  throw new Error(`not within ${seconds} s: ${what}`);
}

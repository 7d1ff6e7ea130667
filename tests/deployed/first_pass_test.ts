// The first pass takes what is there as its starting point. Whatever went wrong before it and is over is no news; whatever goes on
// is reported as soon as it would have been, had everything begun with that pass.
import assert from "node:assert/strict";
import { proofs } from "../support/random/proofs.ts";
import { type Deployment, startDeployment } from "../support/rigs/first_deployment.ts";

let deployment: Deployment;
Deno.test.beforeAll(async () => {
  deployment = await startDeployment();
});
Deno.test.afterAll(() => deployment.stop());

function test(name: string, body: (deployment: Deployment) => Promise<void>): void {
  // Parts of the stack live longer than one test.
  Deno.test({
    name,
    async fn() {
      await deployment.justMigrated();
      await deployment.putSecrets();
      await body(deployment);
    },
    sanitizeOps: false,
    sanitizeResources: false,
  });
}

const NOTHING = { events: [], outbox: [], incidents: [] };
const VIEW = "mv_agent_progress";

/** A slot five minutes later. Its pass comes first and so knows of the slot before. */
async function slot({ wait, tick }: Deployment, except: readonly string[] = []): Promise<void> {
  await wait("5 minutes");
  await tick(except);
}

interface Fault {
  readonly name: string;
  /** The command of a job that goes wrong in each slot, ... */
  readonly command?: string;
  /** ... or what pg_cron wrote of a run that was struck from outside. */
  readonly struck?: string;
  readonly told: string;
}

const FAULTS: readonly Fault[] = [
  { name: "A job that fails", command: "select 1 / 0", told: "failed:probe" },
  {
    name: "A job that its time limit cuts off",
    command: "set statement_timeout = '10ms'; select pg_sleep(1)",
    told: "timed_out:probe",
  },
  {
    name: "A call that finds no function",
    command: "select analytics.invoke_function('absent')",
    told: "http_failed:probe",
  },
  { name: "A refused connection", struck: "connection failed", told: "infrastructure:pg_cron" },
  { name: "A restart of the server", struck: "server restarted", told: "restarted:pg_cron" },
];

/** In every run each fault comes to one of the two ends, in turn; in the proofs to both. */
const is_every_end = proofs(1, 2) > 1;

for (const [nth, { name, command, struck, told }] of FAULTS.entries()) {
  for (const goes_on of is_every_end ? [false, true] : [nth % 2 === 0]) {
    test(`${name} before the first pass is ${goes_on ? "told when it goes on after it" : "no news when it is over"}`, async (d) => {
      const register = (text: string) => d.product.sql`select analytics.register_job('probe', '*/5 * * * *', ${text})`;
      const goWrong = async () => {
        await d.admin`
          insert into cron.job_run_details (jobid, status, return_message)
          select jobid, 'failed', ${struck ?? ""} from cron.job where jobname = 'probe' and ${struck !== undefined}`;
      };
      await register(command ?? "select 1");
      for (let early = 0; early < 3; early += 1) {
        await slot(d);
        await goWrong();
      }
      if (!goes_on) await register("select 1");
      d.deployFunctions();
      await d.auditByHand();
      assert.deepEqual(await d.told(), NOTHING, "the first pass");

      await slot(d);
      if (goes_on) await goWrong();
      assert.deepEqual(await d.told(), NOTHING, "the pass of the first slot, before its runs");
      await slot(d);
      const { events, incidents } = await d.told();
      assert.deepEqual([incidents, events.length], goes_on ? [[told], 1] : [[], 0]);
    });
  }
}

test("A secret that lacks in the first pass is told by the next, and health is bad in between", async (d) => {
  await d.tick();
  await d.refreshByHand();
  await d.admin`delete from vault.secrets where name = 'project_url'`;
  d.deployFunctions();
  await d.auditByHand();
  assert.deepEqual(await d.told(), NOTHING);
  assert.deepEqual(await d.health(), { code: 503, status: "bad", reasons: ["audit: secret_missing:project_url"] });
  await d.wait("5 minutes");
  await d.auditByHand();
  assert.deepEqual((await d.told()).events, ["project_url is missing in Vault"]);
});

test("A view that is old or empty is told one objective after the first pass, with its whole age", async (d) => {
  for (const is_populated of [false, true]) {
    await d.justMigrated();
    await d.putSecrets();
    const others = [`refresh-${VIEW}`, "analytics-cron-audit"];
    if (is_populated) await d.refreshByHand();
    await d.wait("10 days");
    d.deployFunctions();
    await d.tick(others);
    await d.auditByHand();
    assert.deepEqual(await d.told(), NOTHING);

    const [row] = await d.admin`
      select (stale_after - interval '10 minutes')::text as nearly from analytics.views where view_name = ${VIEW}`;
    const age = async () => {
      await d.tick(others);
      await d.auditByHand();
      return (await d.told()).incidents.filter((one) => /^(stale|unpopulated):/.test(one));
    };
    await d.wait(String(row?.["nearly"]));
    assert.deepEqual(await age(), []);
    await d.wait("15 minutes");
    assert.deepEqual(await age(), [`${is_populated ? "stale" : "unpopulated"}:${VIEW}`]);
    const [incident] = await d.admin`
      select (evidence -> 'age_seconds')::float8 / 86400 as days from analytics.incidents where kind = 'stale'`;
    if (is_populated) assert.ok(Number(incident?.["days"]) > 10, `${incident?.["days"]} days`);
  }
});

test("28 jobs of a project before Freshet are one note of the first pass, and what fails after it is told", async (d) => {
  await d.admin`
    insert into cron.job (jobname, schedule, command, nodename, nodeport, database, username)
    select 'probe-' || n, '0 0 1 1 *', case n when 1 then 'select 1 / 0' else 'select ' || n end, '', 5432, 'postgres', 'postgres'
    from generate_series(1, 28) as n`;
  const others = Array.from({ length: 27 }, (_, nth) => `probe-${nth + 2}`);
  await slot(d, others);
  d.deployFunctions();
  await d.auditByHand();
  const titles = async () => (await d.told()).events;
  assert.equal((await titles()).length, 1);
  assert.match(
    (await titles())[0] ?? "",
    /^first audit found 28 undeclared; the first: job "probe-1" of "postgres" is scheduled/,
  );
  const [event] = await d.admin`
    select payload ->> 'severity' as severity, jsonb_array_length(payload -> 'spoken_for') as count from analytics.outbox`;
  assert.deepEqual({ ...event }, { severity: "info", count: 28 });
  await slot(d, others);
  await slot(d, others);
  assert.deepEqual((await titles()).slice(1), ["probe-1: division by zero"]);

  const adopted = await d.product.sql`select job_name from analytics.adopt_all_jobs()`;
  assert.equal(adopted.length, 28);
  await slot(d, others);
  assert.deepEqual((await titles()).slice(2), ["storm is over: first audit recovered"]);
});

test("A slot that passes without a run after the first pass is missed; those before it are not", async (d) => {
  // Relative to the last slot below, which comes ten minutes after the first pass.
  for (const [job, minutes] of [["probe", 7], ["probe-early", 30]] as const) {
    const due = new Date(Date.now() - minutes * 60_000);
    const schedule = `${due.getUTCMinutes()} ${due.getUTCHours()} * * *`;
    await d.product.sql`select analytics.register_job(${job}, ${schedule}, 'select 1')`;
  }
  const idle = ["probe", "probe-early"];
  await d.wait("3 days");
  d.deployFunctions();
  await slot(d, idle);
  await slot(d, idle);
  assert.deepEqual(await d.told(), NOTHING);
  await slot(d, idle);
  const rows = await d.admin`select kind, evidence -> 'jobs' as jobs from analytics.incidents`;
  assert.deepEqual(rows.map((row) => ({ ...row })), [{ kind: "missed", jobs: ["probe"] }]);
});

test("What stands wrong in the first pass is told by it: it takes no history", async (d) => {
  await d.product.sql`select cron.unschedule(${`refresh-${VIEW}`})`;
  await d.tick();
  d.deployFunctions();
  await slot(d);
  try {
    assert.deepEqual((await d.told()).incidents, [`missing:refresh-${VIEW}`]);
  } finally {
    await d.product.sql`select analytics.restore_job(${`refresh-${VIEW}`})`;
  }
});

test("However many runs are older than the first pass, no later one judges them; a run that is open then is followed", async (d) => {
  await d.product.sql`select analytics.register_job('probe', '*/5 * * * *', 'select 1')`;
  await d.admin`
    insert into cron.job_run_details (jobid, status, return_message, start_time, end_time)
    select jobid, 'failed', 'ERROR:  early', now() - interval '1 day', now() - interval '1 day'
    from cron.job, generate_series(1, 25000) where jobname = 'probe'`;
  // A crash left one that no process will end; another is being started.
  await d.admin`
    insert into cron.job_run_details (jobid, status, job_pid) select jobid, 'sending', 4194303 from cron.job where jobname = 'probe'`;
  await d.tick(["probe", "analytics-cron-audit"]);
  await d.wait("10 minutes");
  const [open] = await d.admin`
    insert into cron.job_run_details (jobid, status) select jobid, 'starting' from cron.job where jobname = 'probe' returning runid`;
  d.deployFunctions();
  for (let pass = 0; pass < 3; pass += 1) {
    await d.auditByHand();
    assert.deepEqual(await d.told(), NOTHING);
  }
  const [state] = await d.admin`
    select low_runid = (select max(runid) from cron.job_run_details) as is_read from analytics.audit_state`;
  assert.equal(state?.["is_read"], true);

  await d.admin`
    update cron.job_run_details set status = 'failed', return_message = 'ERROR:  late', start_time = now(), end_time = now()
    where runid = ${open?.["runid"]}`;
  await d.auditByHand();
  assert.deepEqual((await d.told()).incidents, ["failed:probe"]);
});

test("A history that begins again before the first pass is no loss, and is one after it", async (d) => {
  const beginAgain = () => d.admin`update analytics.audit_state set history_relation = 1`;
  await d.tick();
  await beginAgain();
  d.deployFunctions();
  await slot(d);
  assert.deepEqual(await d.told(), NOTHING);
  const [first] = await d.admin`select judged_since from analytics.audit_state`;
  await beginAgain();
  await d.auditByHand();
  assert.deepEqual((await d.told()).incidents, ["history_lost:cron.job_run_details"]);
  const [state] = await d.admin`select epoch, judged_since from analytics.audit_state`;
  assert.deepEqual({ ...state }, { epoch: 3, judged_since: first?.["judged_since"] });
});

test("A pass that is only tried, or that cannot see, is not the first", async (d) => {
  await d.product.sql`select analytics.register_job('probe', '*/5 * * * *', 'select 1 / 0')`;
  await d.tick();
  await d.product.sql`select analytics.audit_pass(dry_run => true)`;
  await d.admin`alter table cron.job_run_details rename to run_details_elsewhere`;
  try {
    await d.product.sql`select analytics.audit_pass()`;
  } finally {
    await d.admin`alter table cron.run_details_elsewhere rename to job_run_details`;
  }
  const [state] = await d.admin`select judged_since, last_outcome from analytics.audit_state`;
  assert.deepEqual({ ...state }, { judged_since: null, last_outcome: "unknown" });
  await d.tick(["analytics-cron-audit"]);
  d.deployFunctions();
  await d.auditByHand();
  assert.deepEqual(
    (await d.told()).incidents,
    ["blind:analytics-cron-audit"],
    "that it was blind, and no run of before",
  );
});

test("Refreshes that were slow before the first pass are no warning; those after it are", async (d) => {
  const beSlow = (since: string) =>
    d.admin`
      insert into analytics.refresh_log (view_name, requested_by, started_at, finished_at, outcome)
      select ${VIEW}, 'schedule', t.at, t.at + interval '9 minutes', 'refreshed'
      from (select now() - ${since}::interval as at from generate_series(1, 10)) as t`;
  await beSlow("1 day");
  await d.tick();
  d.deployFunctions();
  await slot(d);
  await slot(d);
  await slot(d);
  assert.deepEqual(await d.told(), NOTHING);
  await beSlow("1 minute");
  await d.auditByHand();
  assert.deepEqual((await d.told()).incidents, [`near_timeout:refresh-${VIEW}`]);
});

test("A run that hangs since before the first pass has its time again from then on", async (d) => {
  await d.product.sql`select analytics.register_job('probe', '0 0 1 1 *', 'select 1', max_runtime => '20 minutes')`;
  // On another server, where no process can be looked for: one of ours could not be an hour old here.
  await d.admin`update cron.job set nodename = 'elsewhere' where jobname = 'probe'`;
  await d.admin`
    insert into cron.job_run_details (jobid, status, start_time)
    select jobid, 'running', now() - interval '1 hour' from cron.job where jobname = 'probe'`;
  d.deployFunctions();
  await d.auditByHand();
  const idle = ["probe"];
  for (let minutes = 0; minutes < 20; minutes += 5) {
    assert.deepEqual(await d.told(), NOTHING, `${minutes} minutes after the first pass`);
    await slot(d, idle);
  }
  await slot(d, idle);
  assert.deepEqual((await d.told()).incidents, ["stuck:probe"]);
});

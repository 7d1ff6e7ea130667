// What the doctor makes of a history: a failure that a success of the same job has followed is at most a remark, the newest failure
// is an error. In a database that has never heard of Freshet, and in ours, whose ledger knows which job called.
import assert from "node:assert/strict";
import postgres from "postgres";
import { type Examination, examine } from "../../tools/doctor/examine.ts";
import { exitCode } from "../../tools/doctor/report.ts";
import { type ForeignDatabase, startForeignDatabase } from "../support/rigs/foreign_database.ts";
import { testDatabaseUrl } from "../support/rigs/test_database.ts";

let foreign: ForeignDatabase;
Deno.test.beforeAll(async () => {
  foreign = await startForeignDatabase();
  await foreign.sql.unsafe(`
    create schema net;
    create table net._http_response (
      id bigint generated always as identity, status_code int, timed_out boolean, error_msg text, content text, created timestamptz
    );
    create table net.http_request_queue (id bigint);
    select cron.schedule('often', '0 0 1 1 *', 'select net.http_post(url := $$x$$)');
    select cron.schedule('nightly', '0 0 1 1 *', 'select net.http_get(url := $$y$$)');
    select cron.schedule('other', '0 0 1 1 *', 'select 1');
  `).simple();
});
Deno.test.afterAll(() => foreign.stop());

function test(name: string, body: () => Promise<void>): void {
  Deno.test({ name, fn: body, sanitizeOps: false, sanitizeResources: false });
}

/** What is reported, and its severity. */
function told({ findings }: Examination): string[] {
  return findings.map(({ kind, subject, severity }) => `${severity} ${kind}:${subject}`).sort();
}

async function run(job: string, minutesAgo: number, { status = "succeeded", message = "1 row" } = {}): Promise<void> {
  await foreign.sql`
    insert into cron.job_run_details (jobid, status, return_message, start_time, end_time)
    select jobid, ${status}, ${message}, now() - ${minutesAgo} * interval '1 minute', now() - ${minutesAgo} * interval '1 minute'
    from cron.job where jobname = ${job}`;
}

async function answer(minutesAgo: number, code: number | null, timed_out = false): Promise<void> {
  await foreign.sql`
    insert into net._http_response (status_code, timed_out, created)
    values (${code}, ${timed_out}, now() - ${minutesAgo} * interval '1 minute')`;
}

async function forget(): Promise<void> {
  await foreign.sql`delete from cron.job_run_details`;
  await foreign.sql`delete from net._http_response`;
}

/** All kinds that the doctor reads off a history of failures. */
const FAILURES: readonly {
  readonly name: string;
  readonly fail: (minutesAgo: number) => Promise<void>;
  readonly kind: string;
}[] = [
  { name: "run", kind: "failed", fail: (at) => run("often", at, { status: "failed", message: "ERROR:  early" }) },
  {
    name: "run that its limit cut off",
    kind: "timed_out",
    fail: (at) =>
      run("often", at, { status: "failed", message: "ERROR:  canceling statement due to statement timeout" }),
  },
  {
    // More time would not help it.
    name: "run that waited too long for a lock",
    kind: "failed",
    fail: (at) => run("often", at, { status: "failed", message: "ERROR:  canceling statement due to lock timeout" }),
  },
  {
    name: "connection",
    kind: "infrastructure",
    fail: (at) => run("often", at, { status: "failed", message: "connection failed" }),
  },
  {
    name: "restart",
    kind: "restarted",
    fail: (at) => run("often", at, { status: "failed", message: "server restarted" }),
  },
  ...[[404, "404"], [401, "401"], [500, "500"], [null, "no answer"]].map(([code, name]) => ({
    name: `call answered by ${name}`,
    kind: "http_failed",
    async fail(at: number) {
      await run("often", at);
      await answer(at, typeof code === "number" ? code : null);
    },
  })),
];

async function succeed(minutesAgo: number): Promise<void> {
  await run("often", minutesAgo);
  await answer(minutesAgo, 200);
}

for (const { name, kind, fail } of FAILURES) {
  test(`The doctor takes a failed ${name} for a remark once the job has succeeded, and for news while it is the newest`, async () => {
    await forget();
    await fail(60);
    await succeed(55);
    const later = await examine(foreign.url);
    assert.equal(exitCode(later), 0, told(later).join());
    assert.deepEqual(later.findings.filter(({ severity }) => severity !== "info"), []);

    await fail(5);
    const again = await examine(foreign.url);
    assert.ok(again.findings.some((one) => one.kind === kind && one.severity !== "info"), told(again).join());
    assert.notEqual(exitCode(again), 0);
  });
}

test("The doctor believes no other job's success: a nightly call that failed is not made good by one each minute", async () => {
  await forget();
  await run("nightly", 180);
  await answer(180, 500);
  for (const at of [170, 110, 50, 10]) await succeed(at);
  assert.deepEqual(told(await examine(foreign.url)), ["error http_failed:net._http_response: 500"]);

  await run("nightly", 8);
  await answer(8, 200);
  assert.deepEqual(told(await examine(foreign.url)), ["info http_failed:net._http_response: 500"]);
});

test("The doctor knows by Freshet's ledger whose call failed, and whether that job has succeeded since", async () => {
  const sql = postgres(testDatabaseUrl(), { max: 1, onnotice: () => {} });
  const before = await sql`select max(call_id) as id from analytics.http_calls`;
  const call = async (
    job: string | null,
    minutesAgo: number,
    code: number | null,
    completion: string | null = null,
  ) => {
    await sql`
      insert into analytics.http_calls (
        function_name, job_name, queued_at, deadline_at, status_code, harvested_at, completion, completed_at, outcome, settled_at, is_observed
      )
      values (
        'probe', ${job}, now() - ${minutesAgo} * interval '1 minute', now(), ${code}, ${
      code === null ? null : new Date()
    },
        ${completion}, ${completion === null ? null : new Date()}, 'succeeded', now(), true
      )`;
  };
  const probes = async () => {
    const examination = await examine(testDatabaseUrl());
    assert.deepEqual(examination.unchecked, []);
    return told(examination).filter((one) => one.includes("http_failed:") && one.includes("probe"));
  };
  try {
    await call("probe-a", 300, 404);
    await call(null, 290, 401);
    await call("probe-b", 280, 200);
    assert.deepEqual(await probes(), ["error http_failed:probe-a", "info http_failed:function probe, called by hand"]);
    await call("probe-a", 200, 200);
    assert.deepEqual(await probes(), ["info http_failed:function probe, called by hand", "info http_failed:probe-a"]);
    await call("probe-a", 100, 202, "failed");
    assert.deepEqual(await probes(), ["error http_failed:probe-a", "info http_failed:function probe, called by hand"]);
    await call("probe-a", 50, null, "succeeded");
    assert.deepEqual(await probes(), ["info http_failed:function probe, called by hand", "info http_failed:probe-a"]);
  } finally {
    await sql`delete from analytics.http_calls where call_id > ${before[0]?.["id"] ?? 0} and function_name = 'probe'`;
    await sql.end({ timeout: 5 });
  }
});

test("The doctor counts an answer once: what the ledger knows is not told as pg_net's as well", async () => {
  const sql = postgres(testDatabaseUrl("superuser"), { max: 1, onnotice: () => {} });
  // No other test is answered so.
  const request = 900_000_418;
  try {
    await sql`
      insert into analytics.http_calls (request_id, function_name, job_name, queued_at, deadline_at)
      values (${request}, 'probe', 'probe-a', now() - interval '5 minutes', now())`;
    await sql`insert into net._http_response (id, status_code, timed_out, created) values (${request}, 418, false, now() - interval '5 minutes')`;
    const { findings } = await examine(testDatabaseUrl());
    const failed = findings.filter(({ kind, subject }) => kind === "http_failed" && /probe|418/.test(subject));
    assert.deepEqual(failed.map(({ subject }) => subject), ["probe-a"]);
    assert.match(
      failed[0]?.message ?? "",
      /function "probe" answered 418 to the call of \S+Z; 1 of 1 calls of the last hours failed/,
    );
  } finally {
    await sql`delete from analytics.http_calls where request_id = ${request}`;
    await sql`delete from net._http_response where id = ${request}`;
    await sql.end({ timeout: 5 });
  }
});

// kill -9 of a real isolate of cron-audit, at every point where it could hurt: the incident is reported, as one event, and a
// kill costs at most one sending more; and its issue is closed once.
import assert from "node:assert/strict";
import postgres from "postgres";
import { type EnvelopeSink, startEnvelopeSink } from "../support/fakes/envelope_sink.ts";
import { type KillPoints, startKillPoints } from "../support/rigs/kill_point.ts";
import { type Product, startProduct } from "../support/rigs/product.ts";
import { startVictim, type Victim } from "../support/rigs/victim.ts";
import { pause } from "../../stack/pause.ts";

let product: Product;
let sink: EnvelopeSink;
let points: KillPoints;

Deno.test.beforeAll(async () => {
  sink = await startEnvelopeSink();
  product = await startProduct({ sentryDsn: sink.dsn, redis: false });
  points = await startKillPoints(product.stack.origin);
  // Else a slot of the audit's own job would now and then tell what a test waits for.
  await product.sql`select cron.alter_job(jobid, active => false) from cron.job`;
  await survivor();
});
Deno.test.afterAll(async () => {
  await points.stop();
  await product.stop();
  await sink.stop();
});

interface Death {
  readonly when: string;
  /** Lets the victim audit, and ends it there. */
  readonly kill: (victim: Victim) => Promise<void>;
  /** How often the receiver hears of the incident in all. */
  readonly sends: number;
}

const deaths: readonly Death[] = [
  { when: "before the pass began", kill: at({ call: "audit_pass", when: "before" }), sends: 1 },
  { when: "while its pass ran, and the pass died with it", kill: inThePass(true), sends: 1 },
  { when: "while its pass ran, and the pass was committed all the same", kill: inThePass(false), sends: 1 },
  { when: "after the commit, before it knew of it", kill: at({ call: "audit_pass", when: "after" }), sends: 1 },
  {
    when: "after it had leased the alert, before it sent it",
    kill: at({ call: "lease_alerts", when: "after" }),
    sends: 1,
  },
  { when: "after it had sent the alert, before the answer", kill: inTheSending, sends: 2 },
  {
    when: "after the answer, before the acknowledgement",
    kill: at({ call: "acknowledge_alert", when: "before" }),
    sends: 2,
  },
  { when: "after the acknowledgement", kill: at({ call: "acknowledge_alert", when: "after" }), sends: 1 },
];

for (const [number, { when, kill, sends }] of deaths.entries()) {
  Deno.test({
    name: `An incident is told once though its auditor was killed ${when}`,
    // Parts of the stack live longer than one test.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const job = `probe-${number}`;
      await fail(job);
      const victim = await startVictim({ origin: points.origin, keys: product.stack.keys, sentryDsn: sink.dsn });
      try {
        await kill(victim);
      } finally {
        await Deno.remove(victim.logFile);
      }
      // A minute of lease, as time would.
      await product.sql`update analytics.outbox set lease_until = now() where lease_until is not null`;
      await survivor();

      const sent = sink.received.filter((one) => one.category === "event" && one.text.includes(`"${job}"`));
      assert.equal(new Set(sent.map((one) => one.envelope.header["event_id"])).size, 1, "one event");
      assert.equal(sent.length, sends, "sendings");
      const rows = await product.sql`
        select o.state from analytics.outbox as o join analytics.incidents as i using (incident_id) where i.subject = ${job}`;
      assert.deepEqual(rows.map((row) => row["state"]), ["delivered"]);
      await survivor();
      assert.equal(
        sink.received.filter((one) => one.text.includes(`"${job}"`)).length,
        sends,
        "and nothing afterwards",
      );
    },
  });
}

const closings: readonly [string, Parameters<KillPoints["next"]>[0]][] = [
  ["after it had leased the closing, before it closed", { call: "lease_resolution", when: "after" }],
  ["after it had closed the issue, before it wrote that down", { call: "acknowledge_resolution", when: "before" }],
  ["after it had written down that the issue is closed", { call: "acknowledge_resolution", when: "after" }],
];

for (const [number, [when, point]] of closings.entries()) {
  Deno.test({
    name: `An issue is closed and commented once though its auditor was killed ${when}`,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const job = `closing-${number}`;
      await fail(job);
      await survivor();
      await end(job, "succeeded");
      // The others have no token, so that only the victim closes.
      const issues = { url: sink.apiUrl, organization: "freshet", token: "sntryu_may_write_events" };
      const options = { origin: points.origin, keys: product.stack.keys, sentryDsn: sink.dsn, issues };
      const victim = await startVictim(options);
      const next = await startVictim({ ...options, origin: product.stack.origin });
      try {
        await at(point)(victim);
        await product
          .sql`update analytics.outbox set resolve_lease_until = now() where resolve_lease_until is not null`;
        assert.equal((await next.audit())?.status, 200);
      } finally {
        await next.kill();
        for (const { logFile } of [victim, next]) await Deno.remove(logFile);
      }
      const told = sink.issues.all.filter((one) => one.fingerprint.endsWith(`:${job}`));
      assert.deepEqual(told.map(({ activity }) => activity), [["first_seen", "set_resolved", "note"]]);
    },
  });
}

async function fail(job: string): Promise<void> {
  await product.sql`select analytics.register_job(${job}, '0 0 1 1 *', ${`select '${job}'`})`;
  await end(job, "failed");
}

/** Figures would be taken out of a message, and all be the same. */
function letters(job: string): string {
  return job.replaceAll(/\d/g, (digit) => "abcdefghij"[Number(digit)] ?? "");
}

async function end(job: string, status: "failed" | "succeeded"): Promise<void> {
  await product.sql`
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select
      (select coalesce(max(runid), 0) + 1 from cron.job_run_details), jobid, ${status},
      -- A fault of its own: many that fail alike are one alert.
      ${status === "failed" ? `ERROR:  broken ${letters(job)}` : "1 row"}, now(), now()
    from cron.job where jobname = ${job}`;
}

/** The stack's own isolate audits. */
async function survivor(): Promise<void> {
  const { origin, keys } = product.stack;
  const response = await fetch(`${origin}/functions/v1/cron-audit`, {
    method: "POST",
    headers: { apikey: keys.cronKey },
    body: "{}",
  });
  assert.equal(response.status, 200, await response.text());
}

function at(point: Parameters<KillPoints["next"]>[0]): Death["kill"] {
  return async (victim) => {
    const reached = points.next(point);
    const answer = victim.audit();
    await Promise.race([reached, answer.then(() => assert.fail("it answered without coming to the point"))]);
    await victim.kill();
    assert.equal(await answer, null);
  };
}

/** The pass waits for a lock in the database while its caller dies. */
function inThePass(withIt: boolean): Death["kill"] {
  return async (victim) => {
    const blocker = await product.sql.reserve();
    try {
      await blocker`select pg_advisory_lock(hashtextextended('freshet.audit', 0))`;
      const answer = victim.audit();
      const pid = await eventually(async () => {
        const [waiter] = await product.sql`select pid from pg_locks where locktype = 'advisory' and not granted`;
        return waiter?.["pid"];
      });
      await victim.kill();
      assert.equal(await answer, null);
      if (withIt) await endStatement(Number(pid));
    } finally {
      await blocker`select pg_advisory_unlock(hashtextextended('freshet.audit', 0))`;
      blocker.release();
    }
    if (!withIt) {
      await eventually(async () => {
        const [row] = await product
          .sql`select count(*)::integer as count from analytics.outbox where state = 'pending'`;
        return row?.["count"] === 1 ? true : undefined;
      });
    }
  };
}

/** Of the data API, whose statements only a superuser may end. */
async function endStatement(pid: number): Promise<void> {
  const superuser = postgres(product.stack.superuserUrl, { max: 1 });
  await superuser`select pg_cancel_backend(${pid})`;
  await superuser.end();
}

/** The receiver has the alert, and takes its time. */
async function inTheSending(victim: Victim): Promise<void> {
  const before = sink.received.length;
  sink.script("event", { delay_ms: 20_000 });
  const answer = victim.audit();
  await eventually(() =>
    Promise.resolve(sink.received.slice(before).some((one) => one.category === "event") || undefined)
  );
  await victim.kill();
  assert.equal(await answer, null);
}

async function eventually<Result>(look: () => Promise<Result | undefined>): Promise<Result> {
  for (const patience = Date.now() + 15_000; Date.now() < patience;) {
    const result = await look();
    if (result !== undefined) return result;
    await pause(25);
  }
  throw new Error("what a kill waits for did not come within 15 s");
}

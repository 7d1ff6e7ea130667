// The audit as it runs: from the database through pg_net, the gateway and the function back to the database, and to the
// receiver. Failures are planted in pg_cron's history here; tests/audit/broken_view_alert_test.ts makes a real one.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type EnvelopeSink, startEnvelopeSink } from "../support/fakes/envelope_sink.ts";
import { e2e } from "../support/rigs/e2e.ts";
import { type Product, startProduct } from "../support/rigs/product.ts";
import { pause } from "../../stack/pause.ts";

let product: Product;
let sink: EnvelopeSink;

Deno.test.beforeAll(async () => {
  sink = await startEnvelopeSink();
  product = await startProduct({ sentryDsn: sink.dsn });
  // Else a slot of the audit's own job would now and then send what a test waits for.
  await product.sql`select cron.alter_job(jobid, active => false) from cron.job`;
  await product.sql`update analytics.scheduled_jobs set paused_until = now() + interval '1 day'`;
});
Deno.test.afterAll(async () => {
  await product.stop();
  await sink.stop();
});

function post(query: string, headers: Record<string, string>): Promise<Response> {
  const url = `${product.stack.origin}/functions/v1/cron-audit${query}`;
  return fetch(url, { method: "POST", headers, body: "{}" });
}

async function plant(status: "failed" | "succeeded", message: string): Promise<number> {
  // A success that the ledger does not know would be reported as one that refreshed nothing.
  if (status === "succeeded") await product.sql`select analytics.refresh_view('mv_agent_progress')`;
  const [run] = await product.sql`
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select coalesce(max(runid), 0) + 100 from cron.job_run_details), jobid, ${status}, ${message}, now(), now()
    from cron.job where jobname = 'refresh-mv_agent_progress'
    returning runid::integer`;
  return Number(run?.["runid"]);
}

/** Calls the audit as its job does, and waits for the response that pg_net stores. */
async function auditByJob(): Promise<{ status: number; body: Record<string, unknown> }> {
  const { sql } = product;
  const [job] = await sql`select command from cron.job where jobname = 'analytics-cron-audit'`;
  const [request] = await sql.unsafe(String(job?.["command"]));
  const id = Number(request?.["invoke_function"]);
  for (let patience = 0; patience < 200; patience += 1) {
    const [response] = await sql`select status_code, content from net._http_response where id = ${id}`;
    if (response !== undefined) return { status: response["status_code"], body: JSON.parse(response["content"]) };
    await pause(100);
  }
  throw new Error(`pg_net stored no response to request ${id} within 20 s`);
}

function eventsAbout(job: string): Record<string, unknown>[] {
  return sink.events().filter((event) => (event["tags"] as Record<string, unknown>)["job"] === job);
}

e2e("the audit's job reaches the function by a signature and no key, and the heartbeat reaches Sentry", async () => {
  const { status, body } = await auditByJob();
  equal(status, 200);
  equal(body["heartbeat"], "sent");
  equal(sink.checkIns().at(-1)?.["monitor_slug"], "freshet-cron-audit");
});

e2e("a failed refresh arrives at Sentry, and its recovery too", async () => {
  const runid = await plant(
    "failed",
    "ERROR:  refresh of analytics.mv_agent_progress failed [22012]: division by zero\n",
  );
  equal((await auditByJob()).body["sent"], 1);
  const [event] = eventsAbout("refresh-mv_agent_progress");
  deepEqual(event?.["tags"], {
    kind: "failed",
    transition: "opened",
    job: "refresh-mv_agent_progress",
    runid: String(runid),
    sqlstate: "22012",
  });

  await plant("succeeded", "1 row");
  equal((await auditByJob()).body["sent"], 1);
  const events = eventsAbout("refresh-mv_agent_progress");
  equal(events.length, 2);
  equal((events[1]?.["tags"] as Record<string, unknown>)["transition"], "recovered");
});

e2e("an alert that the receiver defers is kept through the data API, and delivered later", async () => {
  const { sql } = product;
  sink.script("event", { status: 500 }, { status: 429, headers: { "retry-after": "120" } }, { status: 401 });
  await plant("failed", "ERROR:  refresh of analytics.mv_agent_progress failed [53200]: out of memory\n");
  const deliveries: unknown[] = [];
  for (let pass = 0; pass < 4; pass += 1) {
    deliveries.push((await auditByJob()).body["delivery"]);
    await sql`update analytics.outbox set not_before = now() where state = 'pending'`;
    await sql`update analytics.alert_channels set events_not_before = '-infinity'`;
    await sql`select analytics.release_parked_alerts()`;
  }
  deepEqual(deliveries, ["failing", "limited", "refused", "ok"]);
  const states = await sql`select distinct state from analytics.outbox`;
  deepEqual(states.map((row) => row["state"]), ["delivered"]);
});

e2e("a dry run shows what would be sent and changes nothing", async () => {
  const { keys } = product.stack;
  await plant("failed", "ERROR:  Key (email)=(eve@example.org) already exists.");
  const before = sink.received.length;
  const response = await post("?dry_run=1", { apikey: keys.cronKey });
  equal(response.status, 200);
  const text = await response.text();
  match(text, /"dry_run":true/);
  ok(!text.includes("eve@"));
  equal(sink.received.length, before);
});

e2e("nobody but the holder of the key named cron may run it", async () => {
  const { keys, tokens } = product.stack;
  const refused: Record<string, string>[] = [
    {},
    { apikey: keys.publishableKey },
    { apikey: keys.secretKey },
    { apikey: `${keys.cronKey}x` },
    { apikey: keys.publishableKey, authorization: `Bearer ${tokens.admin}` },
  ];
  for (const headers of refused) equal((await post("", headers)).status, 401);
  const [passes] = await product.sql`select pass_count::integer as count from analytics.audit_state`;
  equal((await post("", { apikey: keys.cronKey })).status, 200);
  const [more] = await product.sql`select pass_count::integer as count from analytics.audit_state`;
  equal(Number(more?.["count"]), Number(passes?.["count"]) + 1);
});

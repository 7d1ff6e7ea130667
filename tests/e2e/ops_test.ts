// What operators ask of a running product: incidents, jobs and runs through the origin, health with its reasons, and the doctor.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { e2e } from "../support/rigs/e2e.ts";
import { asUser, type Product, startProduct } from "../support/rigs/product.ts";
import { createOperator, type Operator } from "../../shared/client/mod.ts";
import { pause } from "../../stack/pause.ts";

let product: Product;
Deno.test.beforeAll(async () => {
  product = await startProduct();
  // Else a slot of a real job would add rows between two pages.
  await product.sql`select cron.alter_job(jobid, active => false) from cron.job`;
  // All but one on purpose: so many that stop unannounced are reported as one storm, and fill every list.
  await product.sql`
    update analytics.scheduled_jobs set paused_until = now() + interval '1 day' where job_name <> 'refresh-mv_agent_progress'`;
});
Deno.test.afterAll(() => product.stop());

async function plant(status: "failed" | "succeeded", message: string): Promise<void> {
  await product.sql`
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select coalesce(max(runid), 0) + 1 from cron.job_run_details), jobid, ${status}, ${message}, now(), now()
    from cron.job where jobname = 'refresh-mv_agent_progress'`;
}

async function rows(path: string) {
  const response = await product.get(path, { apikey: product.stack.keys.secretKey });
  equal(response.status, 200, path);
  return await response.json();
}

e2e("a failed refresh is among the incidents, the jobs and the runs, with nothing private in it", async () => {
  await plant(
    "failed",
    "ERROR:  refresh of analytics.mv_agent_progress failed [23505]: Key (email)=(anna@example.com) already exists",
  );
  await product.sql`select analytics.audit_pass()`;

  const { data: incidents } = await rows("/ops/incidents?state=open&kind=failed");
  equal(incidents.length, 1);
  const [incident] = incidents;
  deepEqual(
    [incident.subject, incident.sqlstate, incident.state, incident.occurrence_count],
    ["refresh-mv_agent_progress", "23505", "open", 1],
  );
  match(incident.message, /Key \(email\)=\(\[value\]\)/);
  match(incident.repair_sql, /manual_refresh\('mv_agent_progress'\)/);
  equal(incident.alerts[0].transition, "opened");

  const { data: [job] } = await rows("/ops/jobs?job=refresh-mv_agent_progress");
  equal(job.view, "mv_agent_progress");
  equal(job.last_run.status, "failed");
  ok(job.open_incidents.some((one: { kind: string }) => one.kind === "failed"));

  const { data: [run], meta } = await rows("/ops/runs?status=failed&job=refresh-mv_agent_progress&limit=1");
  equal(run.runid, incident.runid);
  equal(meta.resource, "ops/runs");
  ok(!JSON.stringify([incident, job, run]).includes("anna@example.com"));
});

e2e("pages follow one another without a gap or a repetition", async () => {
  for (let count = 0; count < 7; count += 1) await plant("succeeded", "1 row");
  for (const path of ["/ops/runs", "/ops/jobs", "/ops/views"]) {
    const whole = (await rows(`${path}?limit=200`)).data;
    const paged: { view?: string }[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query = new URLSearchParams(cursor === "" ? { limit: "3" } : { limit: "3", cursor });
      const page = await rows(`${path}?${query}`);
      paged.push(...page.data);
      cursor = page.meta.next_cursor;
    }
    // The age of a view moves between two pages.
    const told = (rows: { view?: string }[]) => path === "/ops/views" ? rows.map(({ view }) => view) : rows;
    deepEqual(told(paged), told(whole));
    ok(whole.length > 3, path);
  }
});

e2e("administrators read them; members, publishable and cron keys, and strangers do not", async () => {
  const { stack } = product;
  const lists = ["incidents", "jobs", "runs", "views", "outbox", "actions", "cache"].map((list) => `/ops/${list}`);
  for (const path of lists) {
    const statuses = [];
    for (
      const headers of [
        asUser(stack, stack.tokens.admin),
        asUser(stack, stack.tokens.member),
        { apikey: stack.keys.publishableKey },
        { apikey: stack.keys.cronKey },
        { apikey: "sb_secret_0000000000000000000000" },
        {},
      ]
    ) {
      const response = await product.get(path, headers);
      await response.body?.cancel();
      statuses.push(response.status);
    }
    deepEqual(statuses, [200, 403, 403, 403, 401, 401], path);
  }
});

/** The client of an operator's console: with the secret key, or as a signed-in person. */
function operatorOf(token: string | null = null): Operator {
  const { origin, keys } = product.stack;
  const key = token === null ? keys.secretKey : keys.publishableKey;
  return createOperator({ url: origin, key, token: () => token, sleep: () => pause(250) });
}

e2e("the console's figures are those of the registry, the ledger and pg_cron's history", async () => {
  const { sql } = product;
  const operator = operatorOf();
  const { data: [view] } = await operator.views({ view: "mv_agent_progress" });
  const [known] = await sql`
    select v.version::int, v.row_count::int, extract(epoch from v.stale_after)::int as objective, v.pack, v.schedule,
      (select count(*)::int from analytics.refresh_log as l where l.view_name = v.view_name) as attempts,
      pg_table_size('analytics.mv_agent_progress')::int + pg_indexes_size('analytics.mv_agent_progress')::int as bytes
    from analytics.views as v where v.view_name = 'mv_agent_progress'`;
  deepEqual(
    [view?.version, view?.row_count, view?.objective_seconds, view?.pack, view?.schedule, view?.byte_count],
    [known?.version, known?.row_count, known?.objective, known?.pack, known?.schedule, known?.bytes],
  );
  equal(view?.refreshes.length, Math.min(30, known?.attempts));

  const { data: [job] } = await operator.jobs({ job: "refresh-mv_agent_progress" });
  const marks = await sql`
    select d.runid::int, d.status from cron.job_run_details as d join cron.job as j using (jobid)
    where j.jobname = 'refresh-mv_agent_progress' order by d.runid desc limit 30`;
  deepEqual(job?.recent_runs.map(({ runid, status }) => ({ runid, status })), [...marks]);

  const { data: alerts, meta } = await operator.outbox({ state: "undelivered" });
  const [waits] = await sql`select count(*)::int as count from analytics.outbox where state <> 'delivered'`;
  deepEqual([alerts.length, meta.pending_count + meta.parked_count], [waits?.count, waits?.count]);

  await (await product.get("/catalog", { apikey: product.stack.keys.publishableKey })).body?.cancel();
  const { isolate } = await operator.cache();
  equal(Object.values(isolate.answers).reduce((sum, count) => sum + count, 0), isolate.request_count);
  ok(isolate.request_count > 0);
});

e2e("an administrator mutes, adopts and refreshes, and the record says who and why", async () => {
  const { sql, stack } = product;
  const admin = operatorOf(stack.tokens.admin);
  const until = new Date(Date.now() + 3_600_000);
  await admin.mute("refresh-mv_agent_progress", { until, reason: "planned work" });
  const { data: [muted] } = await admin.jobs({ job: "refresh-mv_agent_progress" });
  equal(new Date(muted?.muted_until ?? 0).getTime(), until.getTime());
  deepEqual([muted?.mute?.operator_kind, muted?.mute?.reason], ["user", "planned work"]);
  await admin.unmute("refresh-mv_agent_progress");
  const [after] =
    await sql`select muted_until from analytics.scheduled_jobs where job_name = 'refresh-mv_agent_progress'`;
  equal(after?.muted_until, null);

  await sql`select cron.schedule('report of the month, 5 %', '0 0 1 1 *', 'select 1')`;
  await operatorOf().adopt("report of the month, 5 %", { reason: "ours" });
  const [adopted] =
    await sql`select schedule from analytics.scheduled_jobs where job_name = 'report of the month, 5 %'`;
  equal(adopted?.schedule, "0 0 1 1 *");

  // The workers of the queue rest: this one works once.
  const requested = admin.refresh("mv_agent_progress", { reason: "late" }, {
    onProgress: () => void sql`select freshet.claim_refresh(), freshet.run_refresh()`.execute(),
  });
  deepEqual((await requested).views.map(({ view, state }) => [view, state]), [["mv_agent_progress", "finished"]]);

  const sub = JSON.parse(atob(stack.tokens.admin.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "")).sub;
  const recorded = await sql`
    select action, subject, operator_kind, operator_id, reason from analytics.operator_actions order by action_id`;
  deepEqual([...recorded], [
    { action: "mute", subject: muted?.job, operator_kind: "user", operator_id: sub, reason: "planned work" },
    { action: "unmute", subject: muted?.job, operator_kind: "user", operator_id: sub, reason: null },
    {
      action: "adopt",
      subject: "report of the month, 5 %",
      operator_kind: "secret_key",
      operator_id: null,
      reason: "ours",
    },
    { action: "refresh", subject: "mv_agent_progress", operator_kind: "user", operator_id: sub, reason: "late" },
  ]);
  const { data: actions } = await admin.actions();
  deepEqual(actions.map(({ action }) => action), recorded.map(({ action }) => action).toReversed());
});

e2e("nobody else acts: not a member, not an application, not a page without a credential", async () => {
  const { stack, sql } = product;
  const before = await sql`select count(*) from analytics.operator_actions`;
  const calls = [
    "jobs/refresh-mv_agent_progress/mute",
    "jobs/refresh-mv_agent_progress/adopt",
    "views/mv_agent_progress/refresh",
  ];
  for (const call of calls) {
    const statuses = [];
    for (
      const headers of [
        asUser(stack, stack.tokens.member),
        { apikey: stack.keys.publishableKey },
        { apikey: stack.keys.cronKey },
        { cookie: `sb-access-token=${stack.tokens.admin}` },
      ]
    ) {
      const body = JSON.stringify({ until: new Date(Date.now() + 60_000), reason: "mine" });
      const response = await fetch(`${stack.origin}/functions/v1/analytics/ops/${call}`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body,
      });
      await response.body?.cancel();
      statuses.push(response.status);
    }
    deepEqual(statuses, [403, 403, 403, 401], call);
  }
  deepEqual([...await sql`select count(*) from analytics.operator_actions`], [...before]);
});

/** As time would do it to a view whose job is switched off. */
async function growOld(): Promise<void> {
  await product
    .sql`update analytics.views set verified_at = now() - interval '2 days' where view_name = 'mv_agent_progress'`;
  // The function may remember for a second or two what it saw before.
  await pause(3_100);
}

e2e("health says why to the secret key, and one word to everybody", async () => {
  await growOld();
  const known = await product.get("/health", { apikey: product.stack.keys.secretKey });
  equal(known.status, 503);
  const { status, reasons } = await known.json();
  equal(status, "bad");
  ok(reasons.some((reason: string) => reason.startsWith("audit: failed:refresh-mv_agent_progress")), reasons.join());
  ok(reasons.some((reason: string) => reason.startsWith("views: view mv_agent_progress is stale")), reasons.join());
  deepEqual(await (await product.get("/health")).json(), { status: "bad" });
});

e2e("deno task doctor finds the same in the same database, as JSON and with an exit code", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("../../tools/doctor.ts", import.meta.url).pathname, "--json"],
    env: { FRESHET_DATABASE_URL: product.stack.databaseUrl, NO_COLOR: "1" },
    stderr: "inherit",
  }).output();
  const { findings, unchecked, has_freshet } = JSON.parse(new TextDecoder().decode(stdout));
  deepEqual([has_freshet, unchecked], [true, []]);
  const kinds = new Set(findings.map((one: { kind: string }) => one.kind));
  for (const kind of ["inactive", "stale", "failed"]) {
    ok(kinds.has(kind), `${kind} is not among ${[...kinds].join(", ")}`);
  }
  for (const kind of ["net_worker_gone", "scheduler_gone", "missing", "edited", "undeclared"]) {
    ok(!kinds.has(kind), kind);
  }
  ok(code >= 2, `exit code ${code}`);
});

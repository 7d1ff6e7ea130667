// What operators ask of a running product: incidents, jobs and runs through the origin, health with its reasons, and the doctor.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { e2e } from "../support/rigs/e2e.ts";
import { asUser, type Product, startProduct } from "../support/rigs/product.ts";
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
  for (const path of ["/ops/runs", "/ops/jobs"]) {
    const whole = (await rows(`${path}?limit=200`)).data;
    const paged: unknown[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query = new URLSearchParams(cursor === "" ? { limit: "3" } : { limit: "3", cursor });
      const page = await rows(`${path}?${query}`);
      paged.push(...page.data);
      cursor = page.meta.next_cursor;
    }
    deepEqual(paged, whole);
    ok(whole.length > 3, path);
  }
});

e2e("administrators read them; members, publishable and cron keys, and strangers do not", async () => {
  const { stack } = product;
  for (const path of ["/ops/incidents", "/ops/jobs", "/ops/runs"]) {
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

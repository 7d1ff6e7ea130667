// What was uploaded, and nothing else, served by the deployed runtime's version behind the product's own origin.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { registry } from "../../packs/registry.ts";
import { functionEnvironment, optionalVariables } from "../../stack/function_environment.ts";
import type { FoundFunction } from "../../stack/functions/discovery.ts";
import { startFunctions } from "../../stack/functions/mod.ts";
import { pause } from "../../stack/pause.ts";
import { challenge, memberAgent, plantArena, refreshAll } from "../support/fixtures/arena.ts";
import { spread } from "../../tools/pack_folders.ts";
import { deploy, type Deployment, projectFolder } from "../support/hosted/deployment.ts";
import type { HostedSteps } from "../support/hosted/hosted_steps.ts";
import { plantEngagement } from "../support/fixtures/engagement.ts";
import { type EnvelopeSink, startEnvelopeSink } from "../support/fakes/envelope_sink.ts";
import { plantHeatmap } from "../support/fixtures/heatmap.ts";
import { type Product, startProduct } from "../support/rigs/product.ts";
import { workRefreshQueue } from "../support/rigs/refresh_queue.ts";
import { plantStudy, studied } from "../support/fixtures/study.ts";
import { asMember, organisations, plantAttemptOfToday, plantTraining } from "../support/fixtures/training.ts";

let deployment: Deployment;
let sink: EnvelopeSink;
let product: Product;

Deno.test.beforeAll(async () => {
  [deployment, sink] = await Promise.all([deploy(), startEnvelopeSink()]);
  product = await startProduct({
    functions: deployment.functions,
    isolates: { analytics: 2 },
    sentryDsn: sink.dsn,
  });
  const { sql } = product;
  await sql`select cron.alter_job(jobid, active => false) from cron.job`;
  await plantArena(sql);
  await plantEngagement(sql);
  await plantHeatmap(sql);
  await plantTraining(sql);
  await plantAttemptOfToday(sql);
  await plantStudy(sql);
  await plantWins(sql);
  await refreshAll(sql);
  await pause(3_000); // until every isolate has seen it
});
Deno.test.afterAll(async () => {
  await product.stop();
  await sink.stop();
  await deployment.stop();
});

function served(name: string, body: () => Promise<void>): void {
  Deno.test({ name, fn: body, sanitizeOps: false, sanitizeResources: false });
}

/** Five agents win their first bout in `challenge`: fewer are held back. */
async function plantWins(sql: Product["sql"]): Promise<void> {
  await sql`
    with winners as (
      insert into public.agents (name) select 'winner ' || n from generate_series(1, 5) as n returning id
    ),
    bouts as (
      insert into public.bouts (id, challenge_id) select w.id, ${challenge} from winners as w returning id
    ),
    submitted as (
      insert into public.submissions (agent_id, challenge_id, bout_id, status, final_lane_scores, composite_score)
      select b.id, ${challenge}, b.id, 'scored', '{"EXAM": 1}', 1 from bouts as b returning bout_id
    )
    insert into public.bout_results (bout_id, winner_agent_id) select s.bout_id, s.bout_id from submitted as s`;
}

/** The parameters that resources require. */
const PARAMETERS: Readonly<Record<string, string>> = {
  challenge_id: challenge,
  agent_id: memberAgent,
  event_type: "question_asked",
  month: "2026-02",
  org_id: organisations.first.id,
  topic_id: studied.topic_id,
  question_id: studied.question_id,
};

interface Described {
  readonly parameters?: readonly { readonly name?: string; readonly required?: boolean }[];
}

/** The question of each resource, as the deployed function's own OpenAPI document describes it. */
async function questions(): Promise<{ name: string; query: URLSearchParams; headers: Record<string, string> }[]> {
  const response = await product.get("/openapi.json", { apikey: product.stack.keys.publishableKey });
  const document: { paths: Record<string, Described> } = await response.json();
  const trainee = await asMember(product.stack, { subject: "u2", org: "first", role: "trainee" });
  const manager = await asMember(product.stack, { subject: "boss", org: "first", role: "manager" });
  return Object.keys(registry).map((name) => {
    const required = document.paths[`/${name}`]?.parameters?.filter((one) => one.required) ?? [];
    const query = new URLSearchParams(required.map((one) => [one.name ?? "", PARAMETERS[one.name ?? ""] ?? ""]));
    const secret = { apikey: product.stack.keys.secretKey };
    const is_own = name.startsWith("training/me/") || (name.startsWith("study/") && name !== "study/topics/cycles");
    const headers = is_own ? trainee : name === "training/people/attempts" ? manager : secret;
    return { name, query, headers };
  });
}

served("every resource answers with rows, as JSON, as CSV, compressed, and as 304", async () => {
  const asked = await questions();
  equal(asked.length, Object.keys(registry).length);
  for (const { name, query, headers } of asked) {
    const ask = async (format: string, more: Record<string, string> = {}) => {
      query.set("format", format);
      return await product.get(`/${name}?${query}`, { ...headers, ...more });
    };
    const json = await ask("json");
    const body = await json.json();
    equal(json.status, 200, `${name}: ${JSON.stringify(body)}`);
    ok(body.meta.row_count > 0, `${name}?${query} has no rows`);

    const csv = await ask("csv");
    equal(csv.status, 200, name);
    equal(parse(await csv.text(), { columns: true }).length, body.meta.row_count, name);

    const zipped = await ask("json", { "accept-encoding": "gzip" });
    deepEqual(await zipped.json(), body, name);

    const again = await ask("json", { "if-none-match": json.headers.get("etag") ?? "" });
    equal(again.status, 304, name);
  }
});

/** What the deployed function answers to a question for its catalog, started by itself. */
async function statusOfCatalog(found: FoundFunction): Promise<number> {
  const { origin, keys } = product.stack;
  const environment = functionEnvironment({ origin, keys, redis: null, sentryDsn: null });
  const functions = await startFunctions({ projectFolder, functions: [found], environment, optionalVariables });
  try {
    const url = `${functions.urls["analytics"]?.[0]}/analytics/catalog`;
    const response = await fetch(url, { headers: { apikey: keys.secretKey } });
    await response.body?.cancel();
    return response.status;
  } finally {
    await functions.stop();
  }
}

served("a function that uses what the deployed runtime lacks is uploaded, and fails at its first request", async () => {
  const analytics = deployment.functions.find(({ name }) => name === "analytics");
  const file = deployment.files["analytics"]?.["shared/adapters/runtime/sha256.ts"];
  ok(analytics !== undefined && file !== undefined);
  equal(await statusOfCatalog(analytics), 200);
  const text = await Deno.readTextFile(file);
  const planted =
    'import { hash } from "node:crypto";\nexport const sha256 = (text: string) => hash("sha256", text);\n';
  await Deno.writeTextFile(file, planted);
  try {
    equal(await statusOfCatalog(analytics), 500);
  } finally {
    await Deno.writeTextFile(file, text);
  }
});

/** Every list for operators; the queue of refreshes has a test of its own. */
const LISTS = ["actions", "cache", "incidents", "jobs", "outbox", "runs", "views"].map((name) => `/ops/${name}`);

served("health, catalog, the OpenAPI document, the runbook and every list for operators answer", async () => {
  const { secretKey } = product.stack.keys;
  for (const path of ["/health", "/catalog", "/openapi.json", ...LISTS]) {
    const response = await product.get(path, { apikey: secretKey });
    const body = await response.json();
    equal(response.status, 200, `${path}: ${JSON.stringify(body)}`);
    ok(Object.keys(body).length > 0, path);
    if (path !== "/openapi.json") continue;
    const described = Object.keys(body.paths).filter((one) => one.startsWith("/ops/"));
    const others = ["adopt", "mute", "unmute"].map((action) => `/ops/jobs/{name}/${action}`);
    others.push("/ops/refresh", "/ops/refreshes/{id}", "/ops/views/{name}/refresh");
    deepEqual(described.sort(), [...LISTS, ...others].sort());
  }
  const page = await product.get("/runbook/failed.md");
  equal(page.status, 200);
  match(await page.text(), /^# failed/);
});

served("a job is muted with who did it, and unmuted by a request without a body", async () => {
  const headers = { apikey: product.stack.keys.secretKey, "content-type": "application/json" };
  const job = `${product.stack.origin}/functions/v1/analytics/ops/jobs/refresh-mv_agent_progress`;
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const body = JSON.stringify({ until, reason: "a test" });
  const muted = await fetch(`${job}/mute`, { method: "POST", headers, body });
  const { data: action } = await muted.json();
  deepEqual([muted.status, action.action, action.reason], [200, "mute", "a test"]);
  const unmuted = await fetch(`${job}/unmute`, { method: "POST", headers });
  deepEqual([unmuted.status, (await unmuted.json()).data.action], [200, "unmute"]);
});

served("a refresh is taken with 202, and its outcome is found where the answer says", async () => {
  const headers = { apikey: product.stack.keys.secretKey };
  const url = `${product.stack.origin}/functions/v1/analytics/ops/refresh?view=mv_agent_progress`;
  const taken = await fetch(url, { method: "POST", headers });
  const { data: request } = await taken.json();
  deepEqual([taken.status, request.state], [202, "queued"]);
  const at = new URL(taken.headers.get("location") ?? "", url);
  const look = async () => (await (await fetch(at, { headers })).json()).data;
  deepEqual(await look(), request);

  await workRefreshQueue(product.sql, product.stack.databaseUrl);
  const { state, views } = await look();
  deepEqual([state, views.length, views[0].view], ["finished", 1, "mv_agent_progress"]);
  match(views[0].outcome, /^(?:refreshed|skipped_clean)$/);
});

served("every function answers with a problem to a wrong method and to a caller without a key", async () => {
  for (const { name } of deployment.functions) {
    const answers = await Promise.all(["PATCH", "POST"].map(async (method) => {
      const response = await fetch(`${product.stack.origin}/functions/v1/${name}`, { method, body: "{}" });
      const { code } = await response.json();
      equal(response.headers.get("content-type"), "application/problem+json", `${name} ${method}`);
      return { status: response.status, code };
    }));
    const refused = answers.map(({ status }) => status);
    ok(refused.every((status) => status >= 400 && status < 500), `${name}: ${JSON.stringify(answers)}`);
  }
});

for (const file of await spread(["packs/*/tests/support/hosted_steps.ts"])) {
  const { hostedSteps }: HostedSteps = await import(`../../${file}`);
  for (const [name, step] of Object.entries(hostedSteps)) served(name, () => step(product));
}

served("each kind of caller is told apart, and a bad token is refused", async () => {
  const { keys, tokens } = product.stack;
  const path = `/arena/progress?agent_id=${memberAgent}&challenge_id=${challenge}`;
  const statuses: Record<string, number> = {};
  const callers = {
    secret: { apikey: keys.secretKey },
    publishable: { apikey: keys.publishableKey },
    owner: { apikey: keys.publishableKey, authorization: `Bearer ${tokens.member}` },
    other: { apikey: keys.publishableKey, authorization: `Bearer ${tokens.other_tenant}` },
    forged: { apikey: keys.publishableKey, authorization: `Bearer ${tokens.member.slice(0, -4)}AAAA` },
    nobody: {},
  };
  for (const [caller, headers] of Object.entries(callers)) {
    const response = await product.get(path, headers);
    await response.body?.cancel();
    statuses[caller] = response.status;
  }
  deepEqual(statuses, { secret: 200, publishable: 403, owner: 200, other: 403, forged: 401, nobody: 401 });
});

served("what one isolate has answered the other finds in Redis", async () => {
  const { redis, functionUrls, keys } = product.stack;
  ok(redis !== null);
  const [first, second] = (functionUrls["analytics"] ?? []).map((url) =>
    `${url}/analytics/arena/progress?agent_id=${memberAgent}&challenge_id=${challenge}&weeks=7`
  );
  const headers = { apikey: keys.secretKey };
  const made = await (await fetch(first ?? "", { headers })).text();
  await pause(200); // it is shared behind the answer
  const found = await fetch(second ?? "", { headers });
  equal(await found.text(), made);
  match(found.headers.get("cache-status") ?? "", /hit/);
});

served("the audit's job reaches the deployed function, and a failed refresh the receiver", async () => {
  const { sql } = product;
  await sql`update analytics.scheduled_jobs set paused_until = now() + interval '1 day'`;
  await sql`
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select coalesce(max(runid), 0) + 100 from cron.job_run_details), jobid, 'failed',
      'ERROR:  refresh of analytics.mv_agent_progress failed [22012]: division by zero', now(), now()
    from cron.job where jobname = 'refresh-mv_agent_progress'`;
  const [job] = await sql`select command from cron.job where jobname = 'analytics-cron-audit'`;
  const [request] = await sql.unsafe(String(job?.["command"]));
  const id = Number(request?.["invoke_function"]);
  for (let patience = 0; patience < 200; patience += 1) {
    const [response] = await sql`select status_code, content from net._http_response where id = ${id}`;
    if (response === undefined) {
      await pause(100);
      continue;
    }
    equal(response["status_code"], 200, response["content"]);
    equal(JSON.parse(response["content"]).heartbeat, "sent");
    break;
  }
  const told = sink.events().map((event) => event["tags"] as Record<string, unknown>);
  deepEqual(told.filter(({ kind }) => kind === "failed").map(({ job }) => job), ["refresh-mv_agent_progress"]);
  equal(sink.checkIns().at(-1)?.["monitor_slug"], "freshet-cron-audit");
});

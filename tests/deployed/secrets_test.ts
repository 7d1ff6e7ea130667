// Secrets and personal data, planted wherever they can be written: none of them leaves in an envelope, a log line or an
// answer, whatever goes wrong meanwhile.
import assert from "node:assert/strict";
import { type EnvelopeSink, startEnvelopeSink, type Step } from "../support/fakes/envelope_sink.ts";
import { type Product, startProduct } from "../support/rigs/product.ts";
import { pause } from "../../stack/pause.ts";

const planted = {
  email: "eve.planted@example.org",
  apiKey: "sb_secret_PlantedPlantedPlanted00",
  token: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.cGxhbnRlZC1zaWduYXR1cmU",
  password: "planted-hunter2",
  cookie: "planted-cookie-51b1",
  person: "Planted Person of Example Street",
  literal: "planted-literal-8842",
  number: "4929123456781234",
  card: "4929 1234 5678 1234",
  basic: "cGxhbnRlZDpodW50ZXIy",
  account: "DE89 3704 0044 0532 0130 00",
  machine: "203.0.113.77",
  hint: "planted-hint of a person",
} as const;

const messages = [
  `ERROR:  duplicate key value violates unique constraint "people_key"\nDETAIL:  Key (name, card)=(${planted.person}, ${planted.number}) already exists.`,
  `ERROR:  cannot connect to postgres://app:${planted.password}@db.example.org: password=${planted.password}`,
  `ERROR:  new row for relation "people" violates check constraint "c"\nDETAIL:  Failing row contains (1, ${planted.person}, ${planted.email}).`,
  `ERROR:  invalid input syntax for type json\nCONTEXT:  JSON data, line 1: {"cookie":"${planted.cookie}"\nQUERY:  select '${planted.literal}'`,
  `ERROR:  invalid input syntax for type integer: "${planted.literal}"`,
  `ERROR:  call with Authorization: Bearer ${planted.token} and apikey=${planted.apiKey} of ${planted.email} refused`,
  `ERROR:  learner «${planted.person}» paid with ${planted.card} from ${planted.account}\nDETAIL:  ${planted.person}\nHINT:  ${planted.hint}`,
  `ERROR:  ${planted.machine} answered 401 to Authorization: Basic ${planted.basic}\nthe password is ${planted.password}`,
  `ERROR:  syntax error at or near "${planted.literal}"\nLINE 1: select '${planted.literal}' from ${planted.email}\n               ^`,
];

const indiscreetName = `${planted.email} ${planted.apiKey}`;

let product: Product;
let sink: EnvelopeSink;
let workFolder: string;
const answers: string[] = [];

Deno.test.beforeAll(async () => {
  workFolder = await Deno.makeTempDir({ prefix: "freshet-secrets-" });
  await Deno.chmod(workFolder, 0o755);
  sink = await startEnvelopeSink();
  product = await startProduct({ sentryDsn: sink.dsn, redis: false, workFolder });
  await product.sql`select cron.alter_job(jobid, active => false) from cron.job`;
  await product.sql`update analytics.scheduled_jobs set paused_until = now() + interval '1 day'`;
});
Deno.test.afterAll(async () => {
  await product.stop();
  await sink.stop();
  await Deno.remove(workFolder, { recursive: true });
});

function secretsTest(name: string, body: () => Promise<void>): void {
  // Parts of the stack live longer than one test.
  Deno.test({ name, fn: body, sanitizeOps: false, sanitizeResources: false });
}

secretsTest("Planted secrets are in no envelope, no log line and no answer, whatever the receiver does", async () => {
  const { sql, stack } = product;
  // In messages, in the literals of commands, in a name, in bodies, in answers, in what a function reports.
  for (const [number, message] of messages.entries()) await fail(`probe-${number}`, message);
  await fail(indiscreetName, "ERROR:  broken");
  await sql`select analytics.register_job('probe-http', '0 0 1 1 *', ${callCommand()})`;
  await sql.unsafe(callCommand());
  await sql.unsafe(callCommand());
  await sql`select analytics.complete_call(max(call_id), 'failed', ${`Bearer ${planted.token} of ${planted.email}`}) from analytics.http_calls`;
  await untilAnswered();

  const faults: readonly Step[] = [
    { status: 500 },
    { fault: "reset" },
    { fault: "response_lost" },
    { status: 413 },
    { status: 429, headers: { "retry-after": "1" } },
    { status: 401 },
    {},
  ];
  for (const step of faults) {
    sink.script("event", step);
    await post("", { apikey: stack.keys.cronKey });
    await passTime();
  }
  await post("", { apikey: stack.keys.cronKey });
  await post("?dry_run=1", { apikey: stack.keys.cronKey });

  const told = sink.events().map((event) => (event["tags"] as Record<string, unknown>)["kind"]);
  assert.equal(told.filter((kind) => kind === "failed").length, messages.length + 1, "each of them was told");
  assert.ok(told.includes("http_failed"));
  await assertNothingLeft();
});

/** What answers with the words of a failure, or with names of jobs, without a function of ours between. */
const BY_DATA_API = [
  ["analytics", "get_cron_job_status", {}],
  ["analytics", "manual_refresh", { view_name: "probe_planted" }],
  ["analytics", "refresh_all_views", {}],
  ["public", "refresh_reporting_views", {}],
] as const;

secretsTest("Planted secrets of callers, and what was planted before, are in no log line and no answer", async () => {
  const hostile: Record<string, string>[] = [
    { apikey: planted.apiKey },
    { authorization: `Bearer ${planted.token}` },
    { cookie: `sb-access-token=${planted.cookie}` },
    { apikey: `${product.stack.keys.cronKey}-${planted.literal}`, "x-forwarded-for": planted.email },
  ];
  for (const headers of hostile) assert.equal((await post("", headers)).status, 401);
  const key = { apikey: product.stack.keys.cronKey, cookie: planted.cookie, "freshet-call-id": planted.literal };
  assert.equal((await post(`?token=${planted.token}&dry_run=${planted.email}`, key)).status, 400);
  assert.equal((await post(`?dry_run=${planted.email}`, key)).status, 400);
  assert.equal((await post("", key)).status, 200);
  const { sql, stack } = product;
  await sql.unsafe(`
    create materialized view analytics.probe_planted as select ('${planted.literal}' || current_user)::integer as a with no data;
    create unique index on analytics.probe_planted (a);
    select analytics.register_view('probe_planted', 'training', '0 0 1 1 *', '1 day')`).simple();
  for (const [schema, name, input] of BY_DATA_API) {
    const response = await fetch(`${stack.origin}/rest/v1/rpc/${name}`, {
      method: "POST",
      headers: { apikey: stack.keys.secretKey, "content-type": "application/json", "content-profile": schema },
      body: JSON.stringify(input),
    });
    const text = await response.text();
    assert.equal(response.status, 200, `${name}: ${text}`);
    assert.match(text, /failed/, name);
    answers.push(text);
  }
  await sql`select analytics.unregister_view('probe_planted')`;
  for (
    const path of ["/ops/incidents", "/ops/jobs", "/ops/jobs?limit=1", "/ops/runs", "/health", "/arena/agent-progress"]
  ) {
    const operators = await (await product.get(path, { apikey: product.stack.keys.secretKey })).text();
    answers.push(operators);
    const response = await product.get(`${path}?token=${planted.token}`, {
      authorization: `Bearer ${planted.token}`,
      cookie: planted.cookie,
    });
    answers.push(await response.text());
  }
  await assertNothingLeft();
});

secretsTest("Planted secrets of a database that fails are in no envelope, no log line and no answer", async () => {
  for (const [name, returns, tags] of FAILING) {
    await product.sql.unsafe(`
      create or replace function freshet.${name} returns ${returns} language plpgsql set search_path = '' as $$
      begin
          raise exception using errcode = 'P0001', message = 'password=${planted.password} of ${planted.email}',
              detail = '${planted.person}', hint = 'use ${planted.apiKey}';
      end $$`).simple();
    await product.sql`delete from analytics.check_ins_asked`;
    // An alert about the pass waits for a second call; what the receiver was told to refuse before, it refuses first.
    for (const call of ["1", "2", "3"]) {
      await passTime();
      const response = await post("", { apikey: product.stack.keys.cronKey, "freshet-call-id": call });
      assert.equal(response.status, 200);
    }
    const told = sink.events().map((event) => event["tags"] as Record<string, unknown>);
    assert.ok(told.some(({ kind }) => kind === tags), JSON.stringify(told));
  }
  assert.equal(sink.checkIns().at(-1)?.["status"], "error", "the heartbeat says so");
  await assertNothingLeft();
});

/** A detector that fails, and a pass that does; each with the kind that reports it. */
const FAILING = [
  ["detect_secrets()", "void", "detector_failed"],
  ["run_audit_pass(calendar jsonb, called_at timestamptz)", "jsonb", "audit_failed"],
] as const;

async function fail(job: string, message: string): Promise<void> {
  await product
    .sql`select analytics.register_job(${job}, '0 0 1 1 *', ${`select '${planted.literal} of ${planted.person} ${job}'`})`;
  await product.sql`
    insert into cron.job_run_details (runid, jobid, command, status, return_message, start_time, end_time)
    select (select coalesce(max(runid), 0) + 1 from cron.job_run_details), jobid, command, 'failed', ${message}, now(), now()
    from cron.job where jobname = ${job}`;
}

function callCommand(): string {
  const body = JSON.stringify({ token: planted.token, name: planted.person, key: planted.apiKey });
  return `select analytics.invoke_function('absent', '${body}')`;
}

async function untilAnswered(): Promise<void> {
  for (const patience = Date.now() + 60_000; Date.now() < patience;) {
    const [row] = await product.sql`
      select count(*)::integer as count from analytics.http_calls as c join net._http_response as r on r.id = c.request_id
      where c.function_name = 'absent'`;
    if (row?.["count"] === 2) return;
    await pause(100);
  }
  throw new Error("the calls had no answer within 60 s");
}

async function post(query: string, headers: Record<string, string>): Promise<Response> {
  const response = await fetch(`${product.stack.origin}/functions/v1/cron-audit${query}`, {
    method: "POST",
    headers,
    body: JSON.stringify({ note: planted.person, token: planted.token }),
  });
  answers.push(`${JSON.stringify([...response.headers])} ${await response.text()}`);
  return response;
}

async function passTime(): Promise<void> {
  await product.sql`update analytics.outbox set not_before = now(), lease_until = null where state = 'pending'`;
  await product
    .sql`update analytics.alert_channels set events_not_before = '-infinity', check_ins_not_before = '-infinity'`;
  await product.sql`select analytics.release_parked_alerts()`;
}

/** Looks for what was planted, and for the project's own keys, in everything that has left so far. */
async function assertNothingLeft(): Promise<void> {
  const { keys } = product.stack;
  const secrets: Record<string, string> = {
    ...planted,
    secretKey: keys.secretKey,
    cronKey: keys.cronKey,
    jwtSecret: keys.jwtSecret,
    publishableKey: keys.publishableKey,
  };
  const places: Record<string, string> = {
    envelopes: sink.received.map((one) => `${one.path} ${JSON.stringify(one.headers)} ${one.text}`).join("\n"),
    answers: answers.join("\n"),
    ledger: JSON.stringify(await product.sql`select error, answer_code, function_name from analytics.http_calls`),
  };
  for await (const entry of Deno.readDir(`${workFolder}/functions`)) {
    places[entry.name] = await Deno.readTextFile(`${workFolder}/functions/${entry.name}`);
  }
  assert.ok(Object.keys(places).some((name) => name.startsWith("cron-audit")), "the function has a log");
  for (const [place, text] of Object.entries(places)) {
    for (const [name, secret] of Object.entries(secrets)) {
      assert.ok(!text.includes(secret), `${name} in ${place}: …${around(text, secret)}…`);
    }
  }
}

function around(text: string, secret: string): string {
  const at = text.indexOf(secret);
  return text.slice(Math.max(at - 120, 0), at + secret.length + 40);
}

import assert from "node:assert/strict";
import { sourceUnavailable } from "../../../../shared/kernel/app_error.ts";
import { requireCronKey } from "../../../../shared/adapters/supabase/cron_key.ts";
import { serveCronAudit } from "../../../../shared/http/scheduled/serve_cron_audit.ts";
import { failedAlert } from "../../../support/fixtures/audit_alert.ts";
import { FakeAuditDatabase } from "../../../support/fakes/audit_database.ts";
import { FakeClock } from "../../../support/fakes/clock.ts";
import { FakeSender } from "../../../support/fakes/sender.ts";

const secrets = { default: "sb_secret_default_0001", cron: "sb_secret_cron_0000001" };
const publishable = "sb_publishable_0000001";
const complete: Readonly<Record<string, string>> = {
  SUPABASE_URL: "http://127.0.0.1:1",
  SUPABASE_SECRET_KEYS: JSON.stringify(secrets),
  SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: publishable }),
};

function handler(environment: Readonly<Record<string, string>> = complete) {
  const database = new FakeAuditDatabase([failedAlert(1)]);
  const sender = new FakeSender();
  const lines: string[] = [];
  const completions: unknown[] = [];
  const clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() };
  const fetch = serveCronAudit({
    authorize: (request) => requireCronKey(request, (name) => environment[name]),
    connect: () => ({
      database,
      sender,
      issues: null,
      clock,
      send_for_ms: 60_000,
      runbook_url: "docs/runbook",
      settings_notes: [],
    }),
    ledger: () => ({
      complete: (call_id, completion) => Promise.resolve(void completions.push([call_id, completion])),
    }),
    log: (line) => lines.push(line),
  });
  return { fetch, database, sender, lines, completions };
}

function post(headers: Record<string, string> = { apikey: secrets.cron }, query = ""): Request {
  return new Request(`http://127.0.0.1/cron-audit${query}`, { method: "POST", headers, body: "{}" });
}

Deno.test("cron-audit runs for the secret key named cron and answers with a summary", async () => {
  const { fetch, lines } = handler();
  const response = await fetch(post());
  assert.equal(response.status, 200);
  const body = await response.json();
  assert.equal(body.sent, 1);
  assert.equal(body.heartbeat, "sent");
  assert.equal(JSON.parse(lines[0] ?? "").sent, 1);
});

const refusals: readonly [string, Record<string, string>][] = [
  ["no key", {}],
  ["the default secret key", { apikey: secrets.default }],
  ["a publishable key", { apikey: publishable }],
  ["a wrong key", { apikey: `${secrets.cron}x` }],
  ["the key in the wrong header", { authorization: `Bearer ${secrets.cron}` }],
];
for (const [what, headers] of refusals) {
  Deno.test(`cron-audit refuses ${what} with 401 and does nothing`, async () => {
    const { fetch, database, lines } = handler();
    const response = await fetch(post(headers));
    assert.equal(response.status, 401);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    assert.equal((await response.json()).code, "UNAUTHENTICATED");
    assert.deepEqual(database.passes, []);
    assert.ok(!lines.join().includes("sb_"));
  });
}

Deno.test("cron-audit refuses every call when the project has no key named cron", async () => {
  const { fetch, database, lines } = handler({
    ...complete,
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: secrets.default }),
  });
  for (const apikey of [secrets.cron, secrets.default, ""]) {
    assert.equal((await fetch(post({ apikey }))).status, 401);
  }
  assert.deepEqual(database.passes, []);
  assert.match(lines[0] ?? "", /has no key named/);
});

Deno.test("cron-audit refuses every call when its environment is incomplete", async () => {
  const { fetch, database } = handler({});
  assert.equal((await fetch(post())).status, 500);
  assert.deepEqual(database.passes, []);
});

Deno.test("cron-audit says 503 while no signature can be checked, and has the heartbeat say so once a minute", async () => {
  const { database, sender, lines } = handler();
  const clock = new FakeClock();
  const fetch = serveCronAudit({
    authorize: () => Promise.reject(sourceUnavailable("verify_call failed [PGRST002, HTTP 503]")),
    connect: () => ({
      database,
      sender,
      issues: null,
      clock,
      send_for_ms: 60_000,
      runbook_url: "docs/runbook",
      settings_notes: [],
    }),
    ledger: () => assert.fail("nothing is written"),
    log: (line) => lines.push(line),
  });
  for (const pause of [0, 1, 59_998, 1]) {
    clock.advance(pause);
    assert.equal((await fetch(post({ "freshet-signature": "x" }))).status, 503);
  }
  assert.deepEqual(database.passes, []);
  assert.deepEqual(sender.check_ins, ["error", "error"]);
  assert.match(lines.at(-1) ?? "", /verify_call failed/);
});

Deno.test("cron-audit's heartbeat says nothing of callers who are refused", async () => {
  const { fetch, sender } = handler();
  assert.equal((await fetch(post({}))).status, 401);
  assert.deepEqual(sender.check_ins, []);
});

Deno.test("cron-audit takes POST only", async () => {
  const { fetch, database } = handler();
  const response = await fetch(new Request("http://127.0.0.1/cron-audit", { headers: { apikey: secrets.cron } }));
  assert.equal(response.status, 405);
  assert.equal(response.headers.get("allow"), "POST");
  assert.deepEqual(database.passes, []);
});

Deno.test("cron-audit?dry_run=1 prints and neither writes nor sends", async () => {
  const { fetch, database, sender } = handler();
  const body = await (await fetch(post(undefined, "?dry_run=1"))).json();
  assert.equal(body.dry_run, true);
  assert.equal(body.would_send[0].title, 'refresh-mv_1: relation "analytics.gone" does not exist [42P01]');
  assert.deepEqual(database.passes, [{ dry_run: true, calendar: null }]);
  assert.deepEqual([sender.sent, sender.check_ins], [[], []]);
});

Deno.test("cron-audit refuses a parameter that it does not know, or cannot read", async () => {
  for (const query of ["?dryrun=1", "?dry_run=yes", "?dry_run=1&dry_run=0"]) {
    const { fetch, database } = handler();
    const response = await fetch(post(undefined, query));
    assert.equal(response.status, 400, query);
    assert.equal((await response.json()).errors.length, 1);
    assert.deepEqual(database.passes, []);
  }
});

Deno.test("cron-audit answers a fault with a problem that says nothing of its cause", async () => {
  const { fetch, database, sender, lines } = handler();
  database.fault = new Error("password=hunter2 at postgres://eve:pw@db.example.org");
  const failed = await fetch(post());
  assert.equal(failed.status, 200, "the reason is noted, and what waits is delivered");
  database.outage = new Error("password=hunter2");
  const response = await fetch(post());
  const text = `${await failed.text()}${await response.text()}${sender.reasons.join()}`;
  assert.equal(response.status, 500);
  for (const secret of ["hunter2", "eve", "example.org"]) assert.ok(!`${text}${lines.join()}`.includes(secret));
});

Deno.test("cron-audit writes its own completion for the call that names its row, and for no other", async () => {
  const { fetch, database, completions } = handler();
  const call = { apikey: secrets.cron, "freshet-call-id": "17" };
  await fetch(post(call));
  await fetch(post());
  await fetch(post(call, "?dry_run=1"));
  await fetch(post({ "freshet-call-id": "17" }));
  for (const garbage of ["0", "-1", "17; drop", "1e3", ""]) {
    await fetch(post({ apikey: secrets.cron, "freshet-call-id": garbage }));
  }
  assert.deepEqual(completions, [[17, { outcome: "succeeded", detail: null }]]);

  database.fault = new Error("password=hunter2");
  database.outage = database.fault;
  await fetch(post(call));
  assert.deepEqual(completions[1], [17, { outcome: "failed", detail: "INTERNAL" }]);
});

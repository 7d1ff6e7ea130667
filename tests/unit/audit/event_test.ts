import assert from "node:assert/strict";
import { alertEvent, minimalEvent } from "../../../shared/audit/event.ts";
import { failedAlert } from "../../support/fixtures/audit_alert.ts";

const runbook = "https://example.org/runbook";

Deno.test("alertEvent() carries what a person needs to find and mend the failure", () => {
  const event = alertEvent(failedAlert(1), runbook);

  assert.equal(event.title, 'refresh-mv_1: relation "analytics.gone" does not exist [42P01]');
  assert.deepEqual(event.fingerprint, ["failed:refresh-mv_1"]);
  assert.equal(event.level, "error");
  assert.deepEqual(event.tags, {
    kind: "failed",
    transition: "opened",
    job: "refresh-mv_1",
    runid: "4711",
    sqlstate: "42P01",
  });
  assert.equal(event.facts["streak"], 3);
  assert.equal(event.facts["schedule"], "*/10 * * * *");
  assert.equal(event.facts["first_seen_at"], "2026-11-20T09:40:00+00:00");
  assert.equal(event.facts["runbook"], "https://example.org/runbook/failed.md");
  assert.match(
    String(event.facts["repair_sql"]),
    /runid = 4711;\nselect \* from analytics\.manual_refresh\('mv_1'\);$/,
  );
});

Deno.test("alertEvent() scrubs the message and keeps it short", () => {
  const message = `refresh of analytics.mv_1 failed [23505]: Key (email)=(eve@x.org) already exists. ${
    "so long ".repeat(999)
  }`;
  const text = String(alertEvent(failedAlert(1, { message }), runbook).facts["message"]);
  assert.ok(!text.includes("eve"));
  assert.ok(text.includes("[23505]"));
  assert.equal(text.length, 2_000);
});

Deno.test("alertEvent() tells a recovery as info, in an issue of its own (sentry#70498), without a repair", () => {
  const opened = failedAlert(1);
  const recovered = {
    ...failedAlert(1, { closed_at: "2026-11-20T10:10:00+00:00", resolution: "recovered" }),
    transition: "recovered" as const,
  };
  const event = alertEvent(recovered, runbook);

  assert.equal(event.level, "info");
  assert.equal(event.tags["transition"], "recovered");
  assert.equal(event.title, "failed is over: refresh-mv_1 recovered");
  assert.equal(event.occurred_at, "2026-11-20T10:10:00+00:00");
  assert.deepEqual(event.fingerprint, ["recovered", ...alertEvent(opened, runbook).fingerprint]);
  assert.equal(event.facts["repair_sql"], undefined);
});

Deno.test("alertEvent() quotes names in the repair SQL", () => {
  const view = "mv_o'hara";
  const event = alertEvent(failedAlert(1, { kind: "stale", view, subject: view }), runbook);
  assert.match(String(event.facts["repair_sql"]), /manual_refresh\('mv_o''hara'\)/);
});

Deno.test("alertEvent() sends an alert of a kind that it does not know, without a repair", () => {
  const event = alertEvent(failedAlert(1, { kind: "unheard_of" }), runbook);
  assert.equal(event.facts["repair_sql"], undefined);
  assert.equal(event.facts["runbook"], "https://example.org/runbook/unheard_of.md");
});

Deno.test("alertEvent() names the slot that was missed, the next one, and the jobs that share a cause", () => {
  const missed = failedAlert(1, {
    kind: "missed",
    jobs: ["a", "b"],
    missed_slot_at: "2026-11-20T03:00:00+00:00",
    next_slot_at: "2026-11-21T03:00:00+00:00",
  });
  const { facts } = alertEvent(missed, runbook);
  assert.equal(facts["missed_slot_at"], "2026-11-20T03:00:00+00:00");
  assert.equal(facts["next_slot_at"], "2026-11-21T03:00:00+00:00");
  assert.equal(facts["jobs"], "a, b");
});

Deno.test("alertEvent() repairs what is missing, and never runs what it only offers", () => {
  const repair = (kind: string) =>
    String(alertEvent(failedAlert(1, { kind, job: "it's", jobid: 7 }), runbook).facts["repair_sql"]);
  assert.equal(repair("missing"), "select analytics.restore_job('it''s');");
  assert.match(repair("edited"), /^-- or, when it is wanted as it is: select analytics.adopt_job/m);
  assert.match(repair("undeclared"), /^-- or: select cron.unschedule\(7\);/m);
});

Deno.test("alertEvent() names all that an alert speaks for, with a message of each sort, scrubbed", () => {
  const jobs = Array.from({ length: 40 }, (_, nth) => `refresh-mv_${nth}`);
  const group = failedAlert(1, {
    kind: "storm",
    subject: "failed [42]",
    job: null,
    jobs,
    message: "40 failed",
    messages: ["column x does not exist", "no such person as eve@example.org"],
    spoken_for: jobs.map((job) => `failed:${job}`),
  });
  const { facts } = alertEvent(group, runbook);
  for (const job of jobs) assert.ok(String(facts["speaks_for"]).includes(`failed:${job}`), job);
  assert.equal(facts["messages"], "column x does not exist\nno such person as [email]");
  assert.match(String(facts["repair_sql"]), /^select kind, subject, .* where cause_id = 1 /);
});

Deno.test("alertEvent() offers to adopt what a first audit found", () => {
  const { facts } = alertEvent(failedAlert(1, { kind: "storm", subject: "first audit" }), runbook);
  assert.match(String(facts["repair_sql"]), /^select \* from analytics\.adopt_all_jobs\(\);$/m);
});

Deno.test("alertEvent() unschedules what the same owner repeats, and only shows another owner's job", () => {
  const repair = (changes: Parameters<typeof failedAlert>[1]) =>
    String(alertEvent(failedAlert(1, changes), runbook).facts["repair_sql"]).split("\n")
      .filter((line) => !line.startsWith("--") && line.includes("unschedule"));
  const foreign_duplicates = [{ job: "theirs", jobid: 8, owner: "landlord\n; select 1" }];
  assert.deepEqual(
    repair({ kind: "duplicated", duplicates: [{ job: "again", jobid: 7 }], foreign_duplicates }),
    ["select cron.unschedule(7);"],
  );
  assert.deepEqual(repair({ kind: "duplicated", duplicates: [], foreign_duplicates }), []);
  assert.deepEqual(repair({ kind: "undeclared", job: "twin of landlord", owner: "landlord", jobid: 8 }), []);
});

Deno.test("alertEvent() gives a renamed job its name back, and offers to keep the new one", () => {
  const { facts } = alertEvent(failedAlert(1, { kind: "renamed", job: "old", renamed_to: "new", jobid: 7 }), runbook);
  const [, back, keep] = String(facts["repair_sql"]).split("\n");
  assert.equal(back, "select cron.unschedule(7); select analytics.restore_job('old');");
  assert.match(keep ?? "", /^-- or, .*: select analytics\.adopt_job\('new'\); select freshet\.withdraw_job\('old'\);$/);
});

Deno.test("minimalEvent() is the same event in a few hundred bytes", () => {
  const alert = failedAlert(1, { message: "x".repeat(4_000), subject: "j".repeat(4_000) });
  const event = minimalEvent(alert);
  assert.equal(event.event_id, alert.event_id);
  assert.deepEqual(event.tags, { kind: "failed", transition: "opened" });
  assert.ok(JSON.stringify({ ...event, fingerprint: [] }).length < 600);
});

const titleOf = (payload: Parameters<typeof failedAlert>[1]) => alertEvent(failedAlert(1, payload), runbook).title;

Deno.test("alertEvent() says in the title what went wrong, and nothing twice", () => {
  const failed = { subject: "refresh-mv_x", sqlstate: "22012" };
  const division = "ERROR:  refresh of analytics.mv_x failed [22012]: division by zero\nCONTEXT:  SQL function";
  assert.equal(titleOf({ ...failed, message: division }), "refresh-mv_x: division by zero [22012]");
  assert.equal(titleOf({ ...failed, message: "ERROR:  canceled [22012]" }), "refresh-mv_x: canceled [22012]");
  assert.equal(titleOf({ ...failed, message: null }), "failed: refresh-mv_x [22012]");
  const secret = { kind: "secret_missing", subject: "project_url", sqlstate: null };
  assert.equal(titleOf({ ...secret, message: "project_url is missing in Vault" }), "project_url is missing in Vault");
  const missing = { kind: "missing", subject: "job a", sqlstate: null, message: 'cron.job has no job "job a"' };
  assert.equal(titleOf(missing), 'cron.job has no job "job a"');
  const http = { kind: "http_failed", subject: "call", sqlstate: null, http_status: 500 };
  assert.equal(
    titleOf({ ...http, message: 'function "probe" answered 500' }),
    'call: function "probe" answered 500',
  );
  assert.equal(
    titleOf({ ...failed, message: "x".repeat(4_000) }).length,
    "refresh-mv_x: ".length + 140 + " [22012]".length,
  );
});

Deno.test("alertEvent() says no more in the title than in the message", () => {
  const message = "ERROR:  duplicate key, Key (email)=(eve@x.org) already exists.";
  assert.ok(!titleOf({ message }).includes("eve"));
  assert.ok(!minimalEvent(failedAlert(1, { message })).title.includes("eve"));
});

Deno.test("alertEvent() keeps what the product itself wrote, and takes out of it what is secret in a name", () => {
  const schedules =
    'job "send mail" has schedule "0 0 * jan-mar mon-fri" instead of "@daily", owner "a b" instead of "c d"';
  const told = (kind: string, message: string) =>
    alertEvent(failedAlert(1, { kind, message }), runbook).facts["message"];
  assert.equal(told("edited", schedules), schedules);
  assert.equal(
    told("never_fires", 'no minute of the next eight years fits "0 0 30 FEB MON"'),
    'no minute of the next eight years fits "0 0 30 FEB MON"',
  );
  const again = 'job "send mail" is scheduled again as "mail it" (jobid 7)';
  const duplicated = failedAlert(1, { kind: "duplicated", message: again, duplicates: [{ job: "mail it", jobid: 7 }] });
  assert.equal(alertEvent(duplicated, runbook).facts["message"], again);
  const elsewhere = 'job "send mail" is scheduled again as "mail them" (jobid 8, of "mail clerk")';
  const foreign = failedAlert(1, {
    ...{ kind: "duplicated", message: elsewhere },
    foreign_duplicates: [{ job: "mail them", jobid: 8, owner: "mail clerk" }],
  });
  assert.equal(alertEvent(foreign, runbook).facts["message"], elsewhere);
  // What nothing announces is a value there too.
  assert.ok(!String(told("edited", 'learner "Ann Lee" is unknown')).includes("Ann Lee"));
  // The same from PostgreSQL, or in a kind that repeats what PostgreSQL said, is a value.
  for (const kind of ["failed", "flapping", "storm", "unheard_of"]) {
    assert.ok(!String(told(kind, 'ERROR:  invalid input: "send mail"')).includes("send mail"), kind);
  }
  assert.ok(!String(told("edited", 'job "sb_secret_0123456789abcdef0123" has another command')).includes("0123456789"));
});

Deno.test("alertEvent() repairs what flaps as what it is when it goes wrong", () => {
  const flapping = failedAlert(1, { kind: "flapping", of_kind: "stale", view: "mv_1", subject: "mv_1" });
  const { facts } = alertEvent(flapping, runbook);
  assert.match(String(facts["repair_sql"]), /from analytics\.incidents where subject = 'mv_1'/);
  assert.match(String(facts["repair_sql"]), /select \* from analytics\.manual_refresh\('mv_1'\);$/);
  assert.equal(facts["runbook"], "https://example.org/runbook/flapping.md");
});

Deno.test("alertEvent() names the owner of a job whose name two owners share", () => {
  assert.equal(alertEvent(failedAlert(1, { owner: "probe_owner" }), runbook).facts["owner"], "probe_owner");
});

Deno.test("alertEvent() repairs a default partition as its own comment says, and runs nothing of that", () => {
  const repair = (repair_hint?: string, subject = "probe_default") =>
    String(
      alertEvent(
        failedAlert(1, {
          kind: "default_partition_used",
          subject,
          ...(repair_hint === undefined ? {} : { repair_hint }),
        }),
        runbook,
      ).facts["repair_sql"],
    ).split("\n");
  assert.deepEqual(repair("select analytics.make_probe_months();\ndrop table probe;"), [
    'select * from analytics."probe_default" limit 20;',
    "-- then create the missing partitions, which moves these rows into them:",
    "-- select analytics.make_probe_months();",
    "-- drop table probe;",
  ]);
  assert.deepEqual(repair().slice(1), [
    "-- then create the missing partitions of its table and move these rows into them",
  ]);
  assert.equal(repair(undefined, "public.probe_default")[0], 'select * from public."probe_default" limit 20;');
});

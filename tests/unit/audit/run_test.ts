import assert from "node:assert/strict";
import { AppError, internalError, sourceUnavailable } from "../../../shared/kernel/app_error.ts";
import { auditAnswerSchema } from "../../../shared/audit/pass.ts";
import { previewAudit, runAudit } from "../../../shared/audit/run.ts";
import type { Clock } from "../../../shared/kernel/ports.ts";
import { failedAlert } from "../../support/fixtures/audit_alert.ts";
import { FakeAuditDatabase } from "../../support/fakes/audit_database.ts";
import { FakeSender } from "../../support/fakes/sender.ts";

const clock: Clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() };
const settings = { issues: null, clock, send_for_ms: 60_000, runbook_url: "docs/runbook" };

Deno.test("runAudit() audits, tells, and says last of all that it is alive", async () => {
  const database = new FakeAuditDatabase([failedAlert(1), failedAlert(2)]);
  const sender = new FakeSender();
  const summary = await runAudit({ ...settings, database, sender });
  assert.deepEqual(summary, {
    outcome: "ok",
    reasons: [],
    audited: 7,
    opened: 2,
    closed: 0,
    sent: 2,
    pending: 0,
    parked: 0,
    delivery: "ok",
    heartbeat: "sent",
  });
  assert.deepEqual(sender.check_ins, ["ok"]);
  assert.deepEqual(database.recorded, [{ state: "ok", detail: null }]);
});

Deno.test("runAudit() tells the database the slots of its jobs", async () => {
  const database = new FakeAuditDatabase();
  const jobs = [{ job_name: "nightly", schedule: "0 3 * * *", late_after_seconds: 300 }];
  const now = Date.parse("2026-11-20T10:00:00Z");
  database.request = { now, timezone: "GMT", matches_both_days: false, jobs };
  await runAudit({ ...settings, database, sender: null });
  const [slots] = database.passes[0]?.calendar?.jobs ?? [];
  assert.equal(slots?.due_slot_at, "2026-11-20T03:00:00.000Z");
  assert.equal(slots?.next_slot_at, "2026-11-21T03:00:00.000Z");
});

Deno.test("runAudit() keeps the alerts and says so when there is nobody to tell", async () => {
  const database = new FakeAuditDatabase([failedAlert(1)]);
  const summary = await runAudit({ ...settings, database, sender: null });
  assert.equal(summary.delivery, "unconfigured");
  assert.equal(summary.heartbeat, "off");
  assert.equal(summary.pending, 1);
  assert.equal(database.recorded[0]?.state, "unconfigured");
  assert.match(String(database.recorded[0]?.detail), /SENTRY_DSN/);
});

Deno.test("runAudit() says no more that it is alive than the receiver listens in a minute", async () => {
  const database = new FakeAuditDatabase();
  database.may_beat = false;
  const sender = new FakeSender();
  assert.equal((await runAudit({ ...settings, database, sender })).heartbeat, "held");
  assert.deepEqual(sender.check_ins, []);
});

Deno.test("runAudit() tells the monitor of an audit that could not see", async () => {
  const database = new FakeAuditDatabase();
  database.outcome = "unknown";
  const sender = new FakeSender();
  await runAudit({ ...settings, database, sender });
  assert.deepEqual(sender.check_ins, ["error"]);
});

Deno.test("runAudit() tells the monitor of a database that does not answer, with the reason, and fails", async () => {
  const database = new FakeAuditDatabase();
  database.outage = sourceUnavailable("lease_alerts failed [no code, HTTP 0]");
  database.fault = sourceUnavailable("audit_pass failed [PGRST000, HTTP 503]");
  const sender = new FakeSender();
  await assert.rejects(runAudit({ ...settings, database, sender }), AppError);
  assert.deepEqual(sender.check_ins, ["error"]);
  assert.match(sender.reasons[0] ?? "", /^audit_pass failed \[PGRST000, HTTP 503\]; delivery: lease_alerts failed/);
  assert.deepEqual(database.recorded, []);
  assert.equal(database.passes.length, 1, "there is nothing to try again with");
});

Deno.test("runAudit() delivers what waits though the pass fails, and notes and tells the reason", async () => {
  const database = new FakeAuditDatabase([failedAlert(1), failedAlert(2)]);
  database.fault = sourceUnavailable("audit_pass failed [57014, HTTP 500]");
  const sender = new FakeSender();
  const summary = await runAudit({ ...settings, database, sender });
  assert.equal(summary.outcome, "failed");
  assert.equal(summary.sent, 2);
  const reason = "audit_pass failed [57014, HTTP 500]";
  assert.deepEqual([summary.reasons, database.failures, sender.reasons], [[reason], [reason], [reason]]);
  assert.deepEqual(sender.check_ins, ["error"]);
});

Deno.test("runAudit() gives a pass that fails half as much to read, and half of that", async () => {
  const database = new FakeAuditDatabase();
  database.fault = sourceUnavailable("audit_pass failed [57014, HTTP 500]");
  database.fault_count = 2;
  const sender = new FakeSender();
  const summary = await runAudit({ ...settings, database, sender });
  assert.deepEqual([summary.outcome, summary.audited, database.batch_size], ["ok", 7, 2_500]);
  assert.deepEqual([sender.check_ins, database.failures], [["ok"], []]);
});

Deno.test("runAudit() goes on while a backlog waits, for a third of its time", async () => {
  const database = new FakeAuditDatabase();
  database.backlog = 3;
  assert.equal((await runAudit({ ...settings, database, sender: null })).audited, 28);

  database.backlog = Infinity;
  database.passes.length = 0;
  let now = 0;
  await runAudit({ ...settings, clock: { ...clock, now: () => (now += 5_000) }, database, sender: null });
  assert.equal(database.passes.length, 4);
});

Deno.test("runAudit() keeps what the passes before found when one of a backlog fails", async () => {
  const database = new FakeAuditDatabase();
  database.backlog = Infinity;
  const pass = database.pass.bind(database);
  database.pass = (options) => {
    if (database.passes.length === 2) database.fault = sourceUnavailable("audit_pass failed [57014, HTTP 500]");
    return pass(options);
  };
  const summary = await runAudit({ ...settings, database, sender: new FakeSender() });
  assert.deepEqual([summary.outcome, summary.audited, database.failures], ["ok", 14, []]);
});

Deno.test("runAudit() leaves the heartbeat to the audit that is at it, and delivers", async () => {
  const database = new FakeAuditDatabase([failedAlert(1)]);
  database.is_busy = true;
  const sender = new FakeSender();
  const summary = await runAudit({ ...settings, database, sender });
  assert.deepEqual([summary.outcome, summary.sent, summary.heartbeat], ["busy", 1, "left"]);
  assert.deepEqual([sender.check_ins, database.failures], [[], []]);
});

Deno.test("runAudit() audits without slots when the calendar cannot be had, and tells the pass why", async () => {
  const database = new FakeAuditDatabase();
  database.calendar = () =>
    Promise.reject(internalError("audit_calendar_request answered in an unknown shape, at now"));
  assert.equal((await runAudit({ ...settings, database, sender: null })).outcome, "ok");
  assert.match(database.passes[0]?.calendar?.failure ?? "", /unknown shape, at now/);

  database.calendar = () => Promise.resolve({ now: 0, timezone: "Mars/Olympus", matches_both_days: false, jobs: [] });
  await runAudit({ ...settings, database, sender: null });
  assert.match(database.passes[1]?.calendar?.failure ?? "", /time zone "Mars\/Olympus"/);
});

Deno.test("runAudit() says by the heartbeat that alerts cannot be read, and that monitors cannot be told", async () => {
  const database = new FakeAuditDatabase([failedAlert(1)]);
  database.lease = () => Promise.reject(internalError("lease_alerts answered in an unknown shape, at 0"));
  database.dueCheckIns = () => Promise.reject(internalError("due_check_ins failed [42P01, HTTP 404]"));
  const sender = new FakeSender();
  const summary = await runAudit({ ...settings, database, sender });
  assert.deepEqual([summary.outcome, summary.delivery], ["ok", "failing"]);
  assert.deepEqual(sender.check_ins, ["error"]);
  assert.match(sender.reasons[0] ?? "", /^delivery: lease_alerts answered .*; monitors of jobs: due_check_ins failed/);
});

Deno.test("previewAudit() says that another audit is at work", async () => {
  const database = new FakeAuditDatabase();
  database.is_busy = true;
  await assert.rejects(previewAudit({ database, runbook_url: "docs/runbook" }), /Another audit is at work/);
});

Deno.test("an alert that cannot be read makes no pass a failure, and no alert unreadable by a great number", () => {
  const pass = {
    ...{ audited_at: "", outcome: "ok", reasons: [], run_count: 0, has_backlog: false, opened: 0, closed: 0 },
    ...{ open_incidents: 0, check_ins_held: false },
  };
  const alert = failedAlert(1);
  const great = { ...alert, payload: { ...alert.payload, runid: 9_223_372_036_854_775_807 } };
  const parsed = auditAnswerSchema.parse({ ...pass, alerts: [{}, great] });
  assert.deepEqual(parsed?.alerts.map((one) => one.event_id), [alert.event_id]);
  assert.equal(auditAnswerSchema.parse({ is_busy: true }), null);
});

Deno.test("runAudit() learns from a refused heartbeat that no alert would be taken", async () => {
  const database = new FakeAuditDatabase();
  const summary = await runAudit({ ...settings, database, sender: new FakeSender([], { status: 401 }) });
  assert.equal(summary.heartbeat, "failed");
  assert.deepEqual(database.recorded, [{ state: "refused", detail: "heartbeat: the receiver answered 401" }]);
});

Deno.test("runAudit() takes an alert that was delivered for better proof than a failed heartbeat", async () => {
  const database = new FakeAuditDatabase([failedAlert(1)]);
  const summary = await runAudit({ ...settings, database, sender: new FakeSender([], { status: 500 }) });
  assert.equal(summary.delivery, "ok");
  assert.equal(summary.heartbeat, "failed");
});

Deno.test("runAudit() keeps the silence that was asked for check-ins", async () => {
  const database = new FakeAuditDatabase();
  await runAudit({ ...settings, database, sender: new FakeSender([], { status: 429, hold_seconds: 90 }) });
  assert.equal(database.holds.check_ins, 90);

  database.check_ins_held = true;
  const sender = new FakeSender();
  const summary = await runAudit({ ...settings, database, sender });
  assert.equal(summary.heartbeat, "held");
  assert.deepEqual(sender.check_ins, []);
});

Deno.test("previewAudit() shows the events as they would be sent, and asks for a pass that writes nothing", async () => {
  const message = "Key (email)=(eve@x.org) already exists.";
  const database = new FakeAuditDatabase([failedAlert(1, { message })]);
  const preview = await previewAudit({ database, runbook_url: "docs/runbook" });
  assert.deepEqual(database.passes, [{ dry_run: true, calendar: null }]);
  assert.equal(preview.would_send.length, 1);
  assert.ok(!JSON.stringify(preview).includes("eve@"));
  assert.deepEqual(database.recorded, []);
});

Deno.test("runAudit() notes what it found at the address of replicas before it passes, and a look that fails stops nothing", async () => {
  const database = new FakeAuditDatabase();
  const note = { fault: "does not answer", lag_ms: null };
  await runAudit({ ...settings, database, sender: null, read_address: () => Promise.resolve(note) });
  assert.deepEqual([database.looks, database.passes.length], [[note], 1]);
  await runAudit({ ...settings, database, sender: null, read_address: () => Promise.resolve(null) });
  await runAudit({ ...settings, database, sender: null, read_address: () => Promise.reject(new TypeError("a fault")) });
  await runAudit({ ...settings, database, sender: null, read_address: null });
  assert.deepEqual([database.looks.length, database.passes.length], [1, 4]);
});

Deno.test("runAudit() tells the database where the functions look for claims, before it passes, and a failure stops nothing", async () => {
  const database = new FakeAuditDatabase();
  const claim_paths = { org: ["app_metadata", "org_id"], org_role: ["org_role"], admin: ["is_admin"] };
  await runAudit({ ...settings, database, sender: null, claim_paths });
  assert.deepEqual([database.claim_paths, database.passes.length], [[claim_paths], 1]);
  await runAudit({ ...settings, database, sender: null, claim_paths: null });
  assert.deepEqual([database.claim_paths.length, database.passes.length], [1, 2]);
  database.noteClaimPaths = () => Promise.reject(new TypeError("a fault"));
  assert.equal((await runAudit({ ...settings, database, sender: null, claim_paths })).outcome, "ok");
});

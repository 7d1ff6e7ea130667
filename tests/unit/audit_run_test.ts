import assert from "node:assert/strict";
import { previewAudit, runAudit } from "../../shared/core/audit_run.ts";
import type { Clock } from "../../shared/core/clock.ts";
import { failedAlert } from "../support/audit_alert.ts";
import { FakeAuditDatabase } from "../support/fake_audit_database.ts";
import { FakeSender } from "../support/fake_sender.ts";

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

Deno.test("runAudit() tells the monitor of a database that does not answer, and fails", async () => {
  const database = new FakeAuditDatabase();
  database.fault = new Error("no database");
  const sender = new FakeSender();
  await assert.rejects(runAudit({ ...settings, database, sender }), /no database/);
  assert.deepEqual(sender.check_ins, ["error"]);
  assert.deepEqual(database.recorded, []);
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

import assert from "node:assert/strict";
import { alertEvent, minimalEvent } from "../../shared/core/audit_event.ts";
import { failedAlert } from "../support/audit_alert.ts";

const runbook = "https://example.org/runbook";

Deno.test("alertEvent() carries what a person needs to find and mend the failure", () => {
  const event = alertEvent(failedAlert(1), runbook);

  assert.equal(event.title, "failed: refresh-mv_1 [42P01]");
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

Deno.test("minimalEvent() is the same event in a few hundred bytes", () => {
  const alert = failedAlert(1, { message: "x".repeat(4_000), subject: "j".repeat(4_000) });
  const event = minimalEvent(alert);
  assert.equal(event.event_id, alert.event_id);
  assert.deepEqual(event.tags, { kind: "failed", transition: "opened" });
  assert.ok(JSON.stringify({ ...event, fingerprint: [] }).length < 600);
});

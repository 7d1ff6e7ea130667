// Issues of a receiver that behaves as Sentry does: one for each subject, closed when it is over, and never reopened by us.
import assert from "node:assert/strict";
import { type AuditStage, onAuditStage } from "../support/audit_stage.ts";
import { readAlertRule } from "../../stack/sentry/alert_rules.ts";

const rule = readAlertRule(
  JSON.parse(await Deno.readTextFile(new URL("../../docs/sentry/alert_rule.json", import.meta.url))),
);

async function fail(stage: AuditStage): Promise<void> {
  await stage.plant("probe-a", { status: "failed", message: "ERROR:  division by zero [22012]\n" });
}

async function succeed(stage: AuditStage): Promise<void> {
  await stage.plant("probe-a", { status: "succeeded", message: "1 row" });
}

Deno.test("Two incidents of a job wake twice, and its issue is closed after each (sentry#70498: no event closes one, any reopens it)", () =>
  onAuditStage(async (stage) => {
    const { issues } = stage.sink;
    issues.add({ ...rule, frequency: 0 });
    await stage.schedule("probe-a");
    for (const incident of [1, 2]) {
      await fail(stage);
      await stage.audit({ token: "sntryu_may_write_events" });
      const issue = issues.all.find((one) => one.fingerprint === "failed:probe-a");
      assert.deepEqual([issue?.status, issues.wakes.length], ["unresolved", incident]);

      await succeed(stage);
      await stage.audit({ token: "sntryu_may_write_events" });
      assert.equal(issues.find(issue?.id ?? "")?.status, "resolved", `after incident ${incident}`);
      await stage.audit({ token: "sntryu_may_write_events" });
      assert.equal(issues.find(issue?.id ?? "")?.status, "resolved", "it stays so");
      assert.equal(issue?.comments.length, incident);
    }
    assert.equal(issues.all.length, 1, "a recovery that closed its issue is no issue of its own");
    assert.deepEqual(issues.all[0]?.activity, [
      ...["first_seen", "set_resolved", "note"],
      ...["set_regression", "set_resolved", "note"],
    ]);
    assert.equal(issues.wakes.length, 2);
  }));

Deno.test("Without a token a recovery is told beside its issue, which a person closes, and it never reopens one that was closed", () =>
  onAuditStage(async (stage) => {
    const { issues } = stage.sink;
    issues.add({ ...rule, frequency: 0 });
    await stage.schedule("probe-a");
    await fail(stage);
    await stage.audit();
    // Somebody is quicker than the audit.
    issues.setStatus("1", "resolved");
    await succeed(stage);
    await stage.audit();
    assert.deepEqual(issues.all.map(({ status, fingerprint }) => [fingerprint, status]), [
      ["failed:probe-a", "resolved"],
      ["recovered|failed:probe-a", "unresolved"],
    ]);
    await fail(stage);
    await stage.audit();
    assert.equal(issues.wakes.length, 2, "the rule of the documents wakes for openings only, and for each");
    await succeed(stage);
    await stage.audit();
    await fail(stage);
    await stage.audit();
    assert.equal(issues.wakes.length, 3, "also where nobody closed the issue");
  }));

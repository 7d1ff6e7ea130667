// One deployment breaks many jobs: one event that names them all, and one when all are over.
import assert from "node:assert/strict";
import { onAuditStage } from "../support/rigs/audit_stage.ts";

const jobs = Array.from({ length: 25 }, (_, index) => `probe-${String(index).padStart(2, "0")}`);
const message = 'ERROR:  refresh of analytics.mv_probe failed [42P01]: relation "analytics.gone" does not exist\n';

Deno.test("Twenty-five jobs that fail alike leave as one event, as severe as the worst of them, and their end as one more", () =>
  onAuditStage(async (stage) => {
    for (const job of jobs) {
      await stage.schedule(job);
      await stage.plant(job, { status: "failed", message });
    }
    const storm = await stage.audit();
    assert.deepEqual([storm.opened, storm.sent, storm.pending], [25, 1, 0]);
    const [told] = stage.sink.events();
    assert.equal((told?.["tags"] as Record<string, unknown>)["kind"], "storm");
    assert.equal(told?.["level"], "error");
    const { incident } = told?.["contexts"] as { incident: Record<string, unknown> };
    assert.match(String(incident["message"]), /^25 failed; the first: ERROR: .*\[42P01\]/);
    assert.match(String(incident["messages"]), /relation "analytics\.gone" does not exist/);
    for (const job of jobs) assert.ok(String(incident["speaks_for"]).includes(`failed:${job}`), job);

    // All but one recover: the storm is not over.
    for (const job of jobs.slice(1)) await stage.plant(job, { status: "succeeded", message: "1 row" });
    assert.deepEqual((await stage.audit()).sent, 0);
    // One that joins within half an hour is named with the end, or when that has passed.
    await stage.plant("probe-01", { status: "failed", message });
    assert.deepEqual((await stage.audit()).sent, 0);
    await stage.plant("probe-01", { status: "succeeded", message: "1 row" });
    await stage.plant("probe-00", { status: "succeeded", message: "1 row" });
    const calm = await stage.audit();
    assert.deepEqual([calm.sent, calm.outcome], [1, "ok"]);

    const ids = stage.sink.events().map((event) => event["event_id"]);
    assert.equal(new Set(ids).size, 2);
    assert.deepEqual(stage.sink.events()[1]?.["fingerprint"], ["recovered", ...told?.["fingerprint"] as string[]]);
    assert.equal((stage.sink.events()[1]?.["tags"] as Record<string, unknown>)["transition"], "recovered");
  }));

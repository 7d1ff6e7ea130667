import assert from "node:assert/strict";
import { tellMonitors } from "../../../shared/audit/monitors.ts";
import type { JobCheckIn } from "../../../shared/audit/leased.ts";
import { FakeAuditDatabase } from "../../support/fakes/audit_database.ts";
import { FakeSender } from "../../support/fakes/sender.ts";

function checkIn(job_name: string): JobCheckIn {
  return {
    job_name,
    runid: 7,
    status: "ok",
    schedule: "*/10 * * * *",
    timezone: "GMT",
    margin_minutes: 5,
    max_runtime_minutes: 10,
  };
}

function scene(answer: { status: number | null; hold_seconds?: number }) {
  const database = new FakeAuditDatabase();
  database.check_ins = [checkIn("a"), checkIn("b")];
  return { database, sender: new FakeSender([], answer) };
}

Deno.test("tellMonitors() acknowledges each check-in that was taken, and tells it once", async () => {
  const { database, sender } = scene({ status: 202 });
  assert.equal(await tellMonitors({ database, sender }), true);
  assert.equal(await tellMonitors({ database, sender }), true);
  assert.deepEqual(sender.job_check_ins.map((one) => one.job_name), ["a", "b"]);
});

Deno.test("tellMonitors() keeps what was not taken for the next pass, and asks once", async () => {
  for (const status of [null, 500, 401]) {
    const { database, sender } = scene({ status });
    assert.equal(await tellMonitors({ database, sender }), true);
    assert.deepEqual([sender.job_check_ins.length, database.told], [1, []]);
  }
});

Deno.test("tellMonitors() is silent as long as the receiver asks for it", async () => {
  const { database, sender } = scene({ status: 429, hold_seconds: 120 });
  assert.equal(await tellMonitors({ database, sender }), false);
  assert.deepEqual([sender.job_check_ins.length, database.holds.check_ins], [1, 120]);
});

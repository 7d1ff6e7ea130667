import assert from "node:assert/strict";
import { repairOf } from "../../tools/doctor/repair.ts";

const found = {
  kind: "locking_refresh",
  subject: "nightly",
  job: "nightly",
  severity: "warning",
  schedule: "0 3 * * *",
  message: "",
} as const;
const own = "select cron.alter_job(7, command := 'other');";

Deno.test("where Freshet is installed the doctor's repair of a command declares it too, so that it is no edit afterwards", () => {
  const repair = repairOf(found, { own, has_freshet: true, now: 0 }) ?? "";
  assert.ok(repair.startsWith(`${own}\nupdate analytics.scheduled_jobs as d set command = j.command`), repair);
  assert.match(repair, /j\.username = d\.owner and d\.job_name = 'nightly';$/);
});

Deno.test("a database that has never heard of Freshet gets the doctor's repair alone", () => {
  assert.equal(repairOf(found, { own, has_freshet: false, now: 0 }), own);
  assert.equal(repairOf({ ...found, kind: "duplicated" }, { own, has_freshet: true, now: 0 }), own);
});

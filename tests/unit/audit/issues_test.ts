import assert from "node:assert/strict";
import { closeIssues, type Closing, type ClosingAnswer } from "../../../shared/audit/issues.ts";
import type { LeasedResolution } from "../../../shared/audit/leased.ts";
import type { Clock } from "../../../shared/kernel/ports.ts";
import { failedAlert } from "../../support/fixtures/audit_alert.ts";
import { FakeAuditDatabase } from "../../support/fakes/audit_database.ts";

const stopped: Clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() };

function resolution(number: number, changes: Partial<LeasedResolution> = {}): LeasedResolution {
  const { payload } = failedAlert(number, { closed_at: "2026-11-20T10:10:00+00:00", resolution: "recovered" });
  return {
    event_id: number.toString(16).padStart(32, "0"),
    resolve_token: 1,
    attempt_count: 1,
    opened_event_id: number.toString(16).padStart(32, "f"),
    is_newest: true,
    payload,
    ...changes,
  };
}

function scene(resolutions: LeasedResolution[], answers: ClosingAnswer[] = [], clock = stopped) {
  const database = new FakeAuditDatabase();
  database.resolutions = resolutions;
  const asked: Closing[] = [];
  const issues = {
    close(closing: Closing): Promise<ClosingAnswer> {
      asked.push(closing);
      return Promise.resolve(answers.shift() ?? { kind: "done", note: null });
    },
  };
  const close = () => closeIssues({ database, issues, clock, deadline: 60_000, runbook_url: "docs/runbook" });
  return { database, asked, close };
}

Deno.test("closeIssues() closes what is over, with words that name the incident", async () => {
  const { database, asked, close } = scene([resolution(1), resolution(2, { is_newest: false })]);
  assert.equal(await close(), 2);
  assert.deepEqual(asked.map((one) => one.resolve), [true, false]);
  assert.equal(
    asked[0]?.comment,
    "failed is over: refresh-mv_1 recovered (2026-11-20T10:10:00+00:00, incident 1).",
  );
  assert.match(asked[1]?.comment ?? "", /stays open for a newer incident/);
  assert.equal(database.resolved.length, 2);
});

Deno.test("closeIssues() keeps what fails for later, later each time, and leaves an API alone that fails three times", async () => {
  const retry: ClosingAnswer = { kind: "retry", error: "no answer from Sentry's API" };
  const attempts = [1, 2, 9, 1].map((attempt_count, index) => resolution(index + 1, { attempt_count }));
  const { database, asked, close } = scene(attempts, [retry, retry, retry]);
  assert.equal(await close(), 0);
  assert.deepEqual(database.unresolved.map((one) => one.seconds), [5, 60, 3_600]);
  assert.equal(asked.length, 3);
});

Deno.test("closeIssues() stops where the API refuses, and keeps why", async () => {
  const { database, asked, close } = scene([resolution(1), resolution(2)], [
    { kind: "stop", seconds: 900, error: "SENTRY_AUTH_TOKEN lacks scope event:write" },
  ]);
  await close();
  assert.equal(asked.length, 1);
  assert.deepEqual(database.unresolved.map(({ seconds, error }) => [seconds, error]), [[
    900,
    "SENTRY_AUTH_TOKEN lacks scope event:write",
  ]]);
});

Deno.test("closeIssues() begins nothing after its deadline, and asks for nothing without a token", async () => {
  let now = 0;
  const { asked, close, database } = scene([resolution(1), resolution(2), resolution(3)], [], {
    ...stopped,
    now: () => (now += 25_000),
  });
  await close();
  assert.equal(asked.length, 2);
  database.leaseResolution = () => assert.fail("asked for an issue to close");
  await closeIssues({ database, issues: null, clock: stopped, deadline: 60_000, runbook_url: "docs/runbook" });
});

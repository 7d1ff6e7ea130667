import assert from "node:assert/strict";
import fc from "fast-check";
import { deliverAlerts } from "../../../shared/audit/delivery.ts";
import type { AlertSender } from "../../../shared/audit/ports.ts";
import type { SendAnswer } from "../../../shared/audit/verdict.ts";
import type { Clock } from "../../../shared/kernel/ports.ts";
import { failedAlert } from "../../support/fixtures/audit_alert.ts";
import { FakeAuditDatabase } from "../../support/fakes/audit_database.ts";
import { FakeSender } from "../../support/fakes/sender.ts";

const stopped: Clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() };

function deliver(database: FakeAuditDatabase, sender: FakeSender, clock = stopped) {
  return deliverAlerts({ database, sender, issues: null, clock, deadline: 60_000, runbook_url: "docs/runbook" });
}

function alerts(count: number) {
  return Array.from({ length: count }, (_, index) => failedAlert(index + 1));
}

Deno.test("deliverAlerts() sends each alert once, oldest first, and acknowledges it", async () => {
  const database = new FakeAuditDatabase(alerts(3));
  const sender = new FakeSender();
  assert.deepEqual(await deliver(database, sender), { sent: 3, state: "ok", detail: null });
  assert.deepEqual(sender.sent.map((event) => event.event_id), database.rows.map((row) => row.alert.event_id));
  assert.ok(database.rows.every((row) => row.state === "delivered"));
});

Deno.test("deliverAlerts() keeps an alert that was not taken and goes on with the next", async () => {
  const database = new FakeAuditDatabase(alerts(2));
  const delivery = await deliver(database, new FakeSender([{ status: 500 }]));
  assert.deepEqual(delivery, { sent: 1, state: "ok", detail: null });
  assert.deepEqual(database.rows.map((row) => [row.state, row.deferred]), [["pending", 5], ["delivered", null]]);
});

Deno.test("deliverAlerts() leaves a receiver alone that does not answer three times in a row", async () => {
  const database = new FakeAuditDatabase(alerts(9));
  const sender = new FakeSender(Array.from({ length: 9 }, () => ({ status: null })));
  const delivery = await deliver(database, sender);
  assert.equal(sender.sent.length, 3);
  assert.deepEqual(delivery, { sent: 0, state: "failing", detail: "no answer from the receiver" });
});

Deno.test("deliverAlerts() stops at a rate limit and keeps it for every other isolate", async () => {
  const database = new FakeAuditDatabase(alerts(3));
  const sender = new FakeSender([{}, { status: 429, hold_seconds: 120 }]);
  assert.deepEqual(await deliver(database, sender), { sent: 1, state: "limited", detail: "the receiver answered 429" });
  assert.equal(sender.sent.length, 2);
  assert.equal(database.holds.events, 120);
  assert.deepEqual(database.rows.map((row) => row.state), ["delivered", "pending", "pending"]);
});

Deno.test("deliverAlerts() heeds a limit that comes with a 200, and acknowledges what was taken", async () => {
  const database = new FakeAuditDatabase(alerts(2));
  await deliver(database, new FakeSender([{ hold_seconds: 60 }]));
  assert.deepEqual(database.rows.map((row) => row.state), ["delivered", "pending"]);
  assert.equal(database.holds.events, 60);
});

Deno.test("deliverAlerts() sends a minimal event with the same id when the whole one is too large", async () => {
  const database = new FakeAuditDatabase(alerts(1));
  const sender = new FakeSender([{ status: 413 }]);
  assert.equal((await deliver(database, sender)).sent, 1);
  assert.equal(sender.sent[0]?.event_id, sender.sent[1]?.event_id);
  assert.deepEqual(sender.sent[1]?.facts, {});
});

Deno.test("deliverAlerts() parks an alert whose minimal event is too large as well", async () => {
  const database = new FakeAuditDatabase(alerts(1));
  const delivery = await deliver(database, new FakeSender([{ status: 413 }, { status: 413 }]));
  assert.equal(delivery.state, "refused");
  assert.equal(database.rows[0]?.state, "parked");
});

Deno.test("deliverAlerts() parks one alert that is refused for the key or the address, and asks no further", async () => {
  for (const status of [401, 403, 404]) {
    const database = new FakeAuditDatabase(alerts(5));
    const sender = new FakeSender([{ status }]);
    const delivery = await deliver(database, sender);
    assert.deepEqual(delivery, { sent: 0, state: "refused", detail: `the receiver answered ${status}` });
    assert.equal(sender.sent.length, 1);
    assert.equal(database.rows.filter((row) => row.state === "parked").length, 1);
  }
});

Deno.test("deliverAlerts() goes on after alerts that are refused for what is in them, and tells that and why", async () => {
  const database = new FakeAuditDatabase(alerts(5));
  const words = "invalid event: timestamp";
  const refused = Array.from({ length: 3 }, () => ({ status: 400, words }));
  const delivery = await deliver(database, new FakeSender(refused));
  assert.deepEqual(delivery, { sent: 2, state: "refused", detail: `the receiver answered 400: ${words}` });
  assert.deepEqual(database.rows.map((row) => row.state), ["parked", "parked", "parked", "delivered", "delivered"]);
  assert.equal(database.rows[0]?.error, `the receiver answered 400: ${words}`);
});

Deno.test("deliverAlerts() leaves a receiver alone that refuses ten alerts in a row", async () => {
  const database = new FakeAuditDatabase(alerts(30));
  const sender = new FakeSender(Array.from({ length: 30 }, () => ({ status: 400 })));
  await deliver(database, sender);
  assert.equal(sender.sent.length, 10);
});

Deno.test("deliverAlerts() lets three alerts that the receiver never takes keep no fourth waiting", async () => {
  const database = new FakeAuditDatabase(alerts(3));
  const never = new Set(database.rows.map((row) => row.alert.event_id));
  const sender: AlertSender = {
    send: ({ event_id }) =>
      Promise.resolve({ status: never.has(event_id) ? 500 : 200, hold_seconds: null, words: null }),
    checkIn: () => assert.fail("no check-in is asked for"),
    checkInJob: () => assert.fail("no check-in is asked for"),
  };
  const pass = () =>
    deliverAlerts({ database, sender, issues: null, clock: stopped, deadline: 60_000, runbook_url: "docs/runbook" });
  await pass();
  database.rows.push(...new FakeAuditDatabase([failedAlert(4)]).rows);
  database.wait();
  assert.equal((await pass()).sent, 1, "the newer alert is sent by the next pass");
});

Deno.test("deliverAlerts() begins no send after its deadline", async () => {
  const database = new FakeAuditDatabase(alerts(5));
  let now = 0;
  const clock = { ...stopped, now: () => (now += 25_000) };
  await deliver(database, new FakeSender(), clock);
  assert.deepEqual(database.rows.map((row) => row.attempts), [1, 1, 0, 0, 0]);
});

Deno.test("deliverAlerts() does not count what another sender has acknowledged since", async () => {
  const database = new FakeAuditDatabase(alerts(1));
  database.acknowledge = () => Promise.resolve(false);
  database.lease = takeTurns(database);
  assert.equal((await deliver(database, new FakeSender())).sent, 0);
});

Deno.test("deliverAlerts() delivers every alert exactly once in the end, whatever the receiver answers before", async () => {
  const answer: fc.Arbitrary<Partial<SendAnswer>> = fc.record({
    status: fc.constantFrom(200, 200, 429, 500, 503, 413, null),
    hold_seconds: fc.constantFrom(null, null, 60),
  });
  await fc.assert(fc.asyncProperty(fc.array(answer, { maxLength: 40 }), fc.nat(12), async (answers, count) => {
    const database = new FakeAuditDatabase(alerts(count));
    // 413 to a minimal event parks it, as it should: not what this is about.
    const usable = answers.filter((one, index) => one.status !== 413 || answers[index - 1]?.status !== 413);
    const sender = new FakeSender(usable);
    for (let pass = 0; pass < 100 && database.rows.some((row) => row.state === "pending"); pass += 1) {
      database.wait();
      await deliver(database, sender);
    }
    assert.deepEqual(new Set(sender.sent.map((event) => event.event_id)).size, count);
    assert.ok(database.rows.every((row) => row.state !== "pending"));
  }));
});

/** A lease that hands out the first row once and then nothing. */
function takeTurns(database: FakeAuditDatabase): FakeAuditDatabase["lease"] {
  const first = database.lease.bind(database);
  let turn = 0;
  return () => (turn++ === 0 ? first() : Promise.resolve(null));
}

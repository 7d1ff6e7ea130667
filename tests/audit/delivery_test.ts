// Alerts against a receiver that fails in every way: each incident arrives, as one event, and nothing is sent in vain.
import assert from "node:assert/strict";
import type { AuditDatabase } from "../../shared/audit/ports.ts";
import { type AuditStage, onAuditStage } from "../support/rigs/audit_stage.ts";
import type { Step } from "../support/fakes/envelope_sink.ts";

const message = 'ERROR:  refresh of analytics.mv_probe failed [42P01]: relation "analytics.gone" does not exist\n';

function deliveryTest(name: string, body: (stage: AuditStage) => Promise<void>): void {
  Deno.test(`An alert ${name}`, () => onAuditStage(body));
}

async function failOnce(stage: AuditStage, job = "probe-a"): Promise<number> {
  await stage.schedule(job);
  return await stage.plant(job, { status: "failed", message });
}

/** With a fault of its own: many that fail alike are one alert. */
async function failUnlikeOthers(stage: AuditStage, nth: number): Promise<void> {
  await stage.schedule(`probe-${nth}`);
  await stage.plant(`probe-${nth}`, { status: "failed", message: `ERROR:  refresh failed [P00${10 + nth}]: broken` });
}

async function outbox(stage: AuditStage): Promise<unknown[]> {
  const rows = await stage
    .sql`select state, attempt_count, last_error from analytics.outbox order by created_at, incident_id`;
  return rows.map(({ state, attempt_count, last_error }) => [state, attempt_count, last_error]);
}

deliveryTest(
  "names job, run, sqlstate and repair, is acknowledged, and its recovery is told beside it",
  async (stage) => {
    const runid = await failOnce(stage);
    const first = await stage.audit();
    assert.deepEqual([first.opened, first.sent, first.pending, first.heartbeat], [1, 1, 0, "sent"]);

    const [event] = stage.sink.events();
    assert.deepEqual(event?.["fingerprint"], ["failed:probe-a"]);
    assert.equal(event?.["level"], "error");
    assert.deepEqual(event?.["tags"], {
      kind: "failed",
      transition: "opened",
      job: "probe-a",
      runid: String(runid),
      sqlstate: "42P01",
    });
    const { incident } = event?.["contexts"] as { incident: Record<string, unknown> };
    assert.equal(incident["runbook"], "docs/runbook/failed.md");
    assert.match(String(incident["repair_sql"]), new RegExp(`runid = ${runid}`));
    assert.deepEqual(await outbox(stage), [["delivered", 1, null]]);
    // Spotlight shows nothing that calls itself otherwise.
    assert.equal(stage.sink.received[0]?.headers["content-type"], "application/x-sentry-envelope");

    await stage.plant("probe-a", { status: "succeeded", message: "1 row" });
    const second = await stage.audit();
    assert.deepEqual([second.closed, second.sent, second.outcome], [1, 1, "ok"]);
    const recovery = stage.sink.events()[1];
    assert.equal(recovery?.["level"], "info");
    assert.deepEqual(recovery?.["fingerprint"], ["recovered", "failed:probe-a"]);
    assert.equal((recovery?.["tags"] as Record<string, unknown>)["transition"], "recovered");
  },
);

deliveryTest("is followed by a heartbeat that creates its own monitor", async (stage) => {
  await stage.audit();
  const [checkIn] = stage.sink.checkIns();
  assert.equal(checkIn?.["monitor_slug"], "freshet-cron-audit");
  assert.equal(checkIn?.["status"], "ok");
  assert.deepEqual(checkIn?.["monitor_config"], {
    schedule: { type: "crontab", value: "*/5 * * * *" },
    checkin_margin: 10,
    max_runtime: 5,
    timezone: "Etc/UTC",
    failure_issue_threshold: 2,
    recovery_threshold: 1,
  });
});

const passing: readonly [string, Step, string][] = [
  ["a 500", { status: 500 }, "the receiver answered 500"],
  ["a connection that breaks", { fault: "reset" }, "no answer from the receiver"],
  ["no answer in time", { fault: "silent" }, "no answer from the receiver"],
  ["a lost response", { fault: "response_lost" }, "no answer from the receiver"],
];
for (const [what, step, error] of passing) {
  deliveryTest(`survives ${what} and arrives as one event`, async (stage) => {
    await failOnce(stage);
    stage.sink.script("event", step);
    const first = await stage.audit({ timeout_ms: 300 });
    assert.deepEqual([first.sent, first.pending, first.delivery], [0, 1, "failing"]);
    assert.deepEqual(await outbox(stage), [["pending", 1, error]]);
    assert.equal((await stage.audit()).sent, 0, "it is not sent again before its time");

    await stage.passTime();
    const last = await stage.audit();
    assert.deepEqual([last.sent, last.pending], [1, 0]);
    assert.equal(stage.sink.events().length, 1);
    assert.equal(stage.sink.received.filter((one) => one.category === "event").length, 2);
  });
}

deliveryTest(
  "of an hour without a receiver is kept, and told when there is one, least tried first",
  async (stage) => {
    stage.sink.always("event", { fault: "reset" });
    stage.sink.always("check_in", { fault: "reset" });
    for (let job = 1; job <= 6; job += 1) {
      await failUnlikeOthers(stage, job);
      await stage.passTime();
      assert.equal((await stage.audit()).heartbeat, "failed");
    }
    await stage.sql`update analytics.outbox set created_at = created_at - interval '1 hour'`;
    const [row] = await stage.sql`select analytics.get_audit_health() as health`;
    assert.equal(row?.["health"].status, "bad");

    stage.sink.always("event", {});
    stage.sink.always("check_in", {});
    await stage.passTime();
    const summary = await stage.audit();
    assert.deepEqual([summary.sent, summary.pending, summary.heartbeat], [6, 0, "sent"]);
    const jobs = stage.sink.events().map((event) => (event["tags"] as Record<string, unknown>)["job"]);
    // Three attempts a pass: 6 was tried once, 5 twice, the others three times.
    assert.deepEqual(jobs, [6, 5, 1, 2, 3, 4].map((job) => `probe-${job}`));
  },
);

const limits: readonly [string, Record<string, string> | (() => Record<string, string>), number][] = [
  ["X-Sentry-Rate-Limits", { "x-sentry-rate-limits": "120:error:organization" }, 120],
  ["X-Sentry-Rate-Limits for everything", { "x-sentry-rate-limits": "120::organization" }, 120],
  ["Retry-After in seconds", { "retry-after": "90" }, 90],
  // From when it is sent: other tests may run first.
  ["Retry-After as a date", () => ({ "retry-after": new Date(Date.now() + 600_000).toUTCString() }), 600],
  ["an enormous Retry-After", { "retry-after": "999999" }, 3_600],
  ["no header at all", {}, 60],
];
for (const [what, headers, seconds] of limits) {
  deliveryTest(`waits as long as 429 with ${what} asks, in every isolate`, async (stage) => {
    await failOnce(stage, "probe-a");
    await failOnce(stage, "probe-b");
    stage.sink.script("event", { status: 429, headers: typeof headers === "function" ? headers() : headers });
    assert.equal((await stage.audit()).delivery, "limited");
    const [held] = await stage.sql`
      select extract(epoch from events_not_before - now())::float as seconds from analytics.alert_channels`;
    assert.ok(Math.abs(Number(held?.["seconds"]) - seconds) < 15, `held for ${held?.["seconds"]} s`);

    assert.equal((await stage.audit()).sent, 0);
    assert.equal(stage.sink.received.filter((one) => one.category === "event").length, 1);
    await stage.passTime();
    assert.equal((await stage.audit()).sent, 2);
    assert.equal(stage.sink.events().length, 2);
  });
}

deliveryTest("that is too large is sent again, smaller, as the same event", async (stage) => {
  await failOnce(stage);
  stage.sink.script("event", { status: 413 });
  assert.equal((await stage.audit()).sent, 1);
  const ids = stage.sink.received.filter((one) => one.category === "event").map((one) =>
    one.envelope.header["event_id"]
  );
  assert.equal(ids.length, 2);
  assert.equal(new Set(ids).size, 1);
  assert.equal((stage.sink.events()[0]?.["contexts"] as Record<string, unknown>)["incident"], undefined);
});

deliveryTest("stays small, however long the message of the run is", async (stage) => {
  await stage.schedule("probe-a");
  await stage.plant("probe-a", { status: "failed", message: `ERROR:  ${"word ".repeat(400_000)}` });
  assert.equal((await stage.audit()).sent, 1);
  assert.ok((stage.sink.received[0]?.text.length ?? Infinity) < 65_536);
});

for (const status of [401, 403]) {
  deliveryTest(
    `that ${status} refuses is parked, turns health bad, and is sent after it was released`,
    async (stage) => {
      await failOnce(stage, "probe-a");
      await failOnce(stage, "probe-b");
      stage.sink.always("event", { status });
      const first = await stage.audit();
      assert.deepEqual([first.delivery, first.parked, first.pending], ["refused", 1, 1]);
      const [health] = await stage.sql`select analytics.get_audit_health() as health`;
      assert.equal(health?.["health"].status, "bad");
      await stage.audit();
      assert.equal(stage.sink.received.filter((one) => one.category === "event").length, 2, "one attempt a pass");

      stage.sink.always("event", {});
      await stage.sql`select analytics.release_parked_alerts()`;
      assert.deepEqual((await stage.audit()).sent, 2);
      assert.equal(stage.sink.events().length, 2);
    },
  );
}

deliveryTest(
  "that is always refused or never taken keeps no other waiting, and says why in the receiver's words",
  async (stage) => {
    const { sink } = stage;
    const words = { detail: "event submission rejected", causes: ["invalid timestamp of eve@example.org"] };
    for (const job of [1, 2, 3]) await failUnlikeOthers(stage, job);
    sink.always("event", { status: 500 });
    await stage.audit();
    await failUnlikeOthers(stage, 4);
    await stage.passTime();
    sink.script("event", {});
    assert.equal((await stage.audit()).sent, 1, "the newest one, although three older ones fail again and again");
    assert.equal((sink.events()[0]?.["tags"] as Record<string, unknown>)["job"], "probe-4");

    await stage.passTime();
    sink.always("event", { status: 400, body: JSON.stringify(words) });
    assert.partialDeepStrictEqual(await stage.audit(), { delivery: "refused", parked: 3 });
    const [row] = await stage.sql`select last_error from analytics.outbox where state = 'parked'`;
    assert.match(
      String(row?.["last_error"]),
      /^the receiver answered 400: event submission rejected: invalid timestamp of /,
    );
    assert.ok(!String(row?.["last_error"]).includes("eve@"));

    // Whatever comes after: as long as they are parked, health and /ops say why.
    sink.always("event", {});
    await stage.audit();
    const [told] = await stage.sql`
    select analytics.get_audit_health() ->> 'reasons' as reasons, analytics.list_incidents() ->> 'rows' as rows`;
    assert.match(
      String(told?.["reasons"]),
      /3 alerts were refused by the receiver: the receiver answered 400: event sub/,
    );
    assert.match(String(told?.["rows"]), /"last_error": "the receiver answered 400: event submission rejected/);
  },
);

deliveryTest("is kept, and said to be kept, while there is nobody to tell", async (stage) => {
  await failOnce(stage);
  for (const dsn of [null, "garbage"]) {
    const summary = await stage.audit({ dsn });
    assert.deepEqual([summary.delivery, summary.pending, summary.heartbeat], ["unconfigured", 1, "off"]);
  }
  const [row] = await stage.sql`select analytics.get_audit_health() as health`;
  assert.equal(row?.["health"].status, "bad");
  assert.match(String(row?.["health"].reasons), /SENTRY_DSN/);
  assert.equal((await stage.audit()).sent, 1);
});

deliveryTest("is produced once by eight auditors at once, and sent once", async (stage) => {
  for (let job = 1; job <= 12; job += 1) await failUnlikeOthers(stage, job);
  stage.sink.always("event", { delay_ms: 10 });
  const summaries = await Promise.all(Array.from({ length: 8 }, () => stage.audit()));
  const sum = (name: "opened" | "sent") => summaries.reduce((total, summary) => total + summary[name], 0);
  assert.deepEqual([sum("opened"), sum("sent")], [12, 12]);
  assert.equal(stage.sink.events().length, 12);
  assert.equal(stage.sink.received.filter((one) => one.category === "event").length, 12);
});

const killPoints: readonly [string, keyof AuditDatabase, number][] = [
  ["before its pass is committed", "pass", 1],
  ["after its pass", "lease", 1],
  ["between send and acknowledgement", "acknowledge", 2],
  ["after the acknowledgement", "record", 1],
];
for (const [when, method, sends] of killPoints) {
  deliveryTest(`is not lost by a sender that dies ${when}`, async (stage) => {
    await failOnce(stage);
    await assert.rejects(stage.audit({ database: dyingAt(method) }), /killed/);
    await stage.passTime();
    await stage.audit();
    assert.equal(stage.sink.events().length, 1);
    assert.equal(stage.sink.received.filter((one) => one.category === "event").length, sends);
    assert.deepEqual((await outbox(stage)).map((row) => (row as unknown[])[0]), ["delivered"]);
  });
}

deliveryTest("carries none of the secrets in the message of the run", async (stage) => {
  const secrets = [
    "eve@example.org",
    "sb_secret_Zz9Yy8Xx7Ww6",
    "hunter2",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJldmUifQ.c2ln",
    "Ann Example",
  ];
  await stage.schedule("probe-a");
  await stage.plant("probe-a", {
    status: "failed",
    message: `ERROR:  duplicate key [23505] for ${secrets[0]} with ${secrets[1]} and password=${secrets[2]}\n` +
      `DETAIL:  Key (name)=(${secrets[4]}) already exists.\nCONTEXT:  SQL statement "select '${secrets[3]}'"`,
  });
  await stage.audit();
  const everything = stage.sink.received.map((one) => `${one.path} ${JSON.stringify(one.headers)} ${one.text}`).join();
  for (const secret of secrets) assert.ok(!everything.includes(secret), secret);
});

/** From that call on nothing reaches the database any more, as when the isolate is gone. */
function dyingAt(method: keyof AuditDatabase): (database: AuditDatabase) => AuditDatabase {
  return (database) => {
    let is_dead = false;
    return new Proxy(database, {
      get(target, name, receiver) {
        if (name === method) is_dead = true;
        return is_dead ? die : Reflect.get(target, name, receiver);
      },
    });
  };
}

function die(): Promise<never> {
  return Promise.reject(new Error("killed"));
}

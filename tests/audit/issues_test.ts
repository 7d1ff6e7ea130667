// Issues of a receiver that behaves as Sentry does: one for each subject, closed when it is over, and never reopened by us.
import assert from "node:assert/strict";
import { type AuditStage, onAuditStage } from "../support/rigs/audit_stage.ts";
import { dice, pick } from "../support/random/dice.ts";
import type { Step } from "../support/fakes/envelope_sink.ts";
import { proofs } from "../support/random/proofs.ts";
import { readAlertRule } from "../../stack/sentry/alert_rules.ts";

const rule = readAlertRule(
  JSON.parse(await Deno.readTextFile(new URL("../../docs/sentry/alert_rule.json", import.meta.url))),
);

const TOKEN = "sntryu_may_write_events";

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
      await stage.audit({ token: TOKEN });
      const issue = issues.all.find((one) => one.fingerprint === "failed:probe-a");
      assert.deepEqual([issue?.status, issues.wakes.length], ["unresolved", incident]);

      await succeed(stage);
      await stage.audit({ token: TOKEN });
      assert.equal(issues.find(issue?.id ?? "")?.status, "resolved", `after incident ${incident}`);
      await stage.audit({ token: TOKEN });
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

Deno.test("A token that may not write keeps no alert waiting: health says which scope is missing, the recovery is an event, and the issue is closed once it may", () =>
  onAuditStage(async (stage) => {
    const { sql, sink } = stage;
    const token = "sntryu_may_read_events";
    sink.tokens[token] = ["event:read"];
    await stage.schedule("probe-a");
    await stage.schedule("probe-b");
    await fail(stage);
    await stage.audit({ token });
    await succeed(stage);
    await stage.plant("probe-b", { status: "failed", message: "ERROR:  division by zero [22012]\n" });
    assert.partialDeepStrictEqual(await stage.audit({ token }), { sent: 1, delivery: "ok", heartbeat: "sent" });

    const notes = async () => {
      const [row] =
        await sql`select analytics.get_audit_health() as health, analytics.list_incidents() ->> 'rows' as rows`;
      return `${row?.["health"].notes} ${row?.["rows"]}`;
    };
    assert.match(await notes(), /1 issues wait to be closed: Sentry's API answered 403: You do not have permission/);
    assert.match(await notes(), /"resolve_error": ".*SENTRY_AUTH_TOKEN lacks scope event:write/);
    assert.equal(sink.issues.find("1")?.status, "unresolved");

    await sql`update analytics.outbox set created_at = created_at - interval '11 minutes' where transition = 'recovered'`;
    await stage.passTime();
    assert.equal((await stage.audit({ token })).sent, 1);
    assert.equal(sink.issues.all.at(-1)?.fingerprint, "recovered|failed:probe-a");

    sink.tokens[token] = ["event:write"];
    await sql`select analytics.release_parked_alerts()`;
    assert.equal((await stage.audit({ token })).sent, 0);
    assert.deepEqual([sink.issues.find("1")?.status, sink.issues.find("1")?.comments.length], ["resolved", 1]);
    assert.doesNotMatch(await notes(), /wait to be closed/);
    const logged = JSON.stringify(await sql`select * from analytics.outbox, analytics.alert_channels`);
    assert.ok(!logged.includes(token) && !logged.includes("sntryu_"), "no token is written down");
  }));

const draws = proofs(1, 60);
const faults: readonly Step[] = [{ status: 500 }, { fault: "reset" }, { fault: "response_lost" }];

Deno.test("However incidents, recoveries, audits at once and faults of the API fall, an issue ends as its subject does, and only openings open it", () =>
  onAuditStage(async (stage) => {
    const { issues } = stage.sink;
    await stage.schedule("probe-a");
    // From the first that closes an issue under a newer incident where nothing prevents it.
    for (let seed = 6; seed < 6 + draws; seed += 1) {
      const roll = dice(seed);
      const steps: string[] = [];
      for (let step = 0; step < 14; step += 1) {
        const at = pick(roll, ["fail", "succeed", "audit", "audits", "fault", "time"]);
        steps.push(at);
        if (at === "fail") await fail(stage);
        if (at === "succeed") await succeed(stage);
        if (at === "time") await stage.passTime();
        if (at === "fault") {
          stage.sink.script("api", pick(roll, faults));
        }
        const count = at === "audit" ? 1 : at === "audits" ? 3 : 0;
        await Promise.all(Array.from({ length: count }, () => stage.audit({ token: TOKEN })));
      }
      // Faults that no call has met yet are met now.
      for (let left = 1, passes = 0; (left > 0 || passes < 2) && passes < 40; passes += 1) {
        await stage.passTime();
        await stage.audit({ token: TOKEN });
        const [row] = await stage.sql`
          select count(*)::integer as count from analytics.outbox where transition = 'recovered' and resolved_at is null`;
        left = row?.["count"];
      }
      // What fails a third time within its window goes on as flapping, in an issue of its own.
      for (const fingerprint of ["failed:probe-a", "flapping:probe-a"]) {
        const [open] = await stage.sql`
          select count(*)::integer as count from analytics.incidents where closed_at is null and fingerprint = ${fingerprint}`;
        const [told] = await stage.sql`
          select count(*)::integer as count from analytics.outbox
          where transition = 'opened' and state = 'delivered' and payload ->> 'fingerprint' = ${fingerprint}`;
        const issue = issues.all.find((one) => one.fingerprint === fingerprint);
        const state = { status: issue?.status ?? "resolved", events: issue?.event_ids.length ?? 0 };
        const expected = { status: open?.["count"] === 0 ? "resolved" : "unresolved", events: told?.["count"] };
        assert.deepEqual(state, expected, `seed ${seed}, ${fingerprint}: ${steps.join(", ")}`);
      }
    }
    assert.ok(issues.all.every((one) => !one.fingerprint.startsWith("recovered")), "none was told by an event");
  }));

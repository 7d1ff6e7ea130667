// The stand-in for Sentry's issues, held to what Sentry documents; and the alert rule of the documents, held to the stand-in.
import assert from "node:assert/strict";
import { readAlertRule } from "../../../stack/sentry/alert_rules.ts";
import { issueApi } from "../../../stack/sentry/issue_api.ts";
import { type CapturedEvent, Issues } from "../../../stack/sentry/issues.ts";
import { Monitors } from "../../../stack/sentry/monitors.ts";

const file = new URL("../../../docs/sentry/alert_rule.json", import.meta.url);
const body = JSON.parse(await Deno.readTextFile(file));

function scene() {
  const clock = { minutes: 0 };
  const issues = new Issues(() => clock.minutes * 60_000);
  let number = 0;
  const capture = (fingerprint: string, transition: string) => {
    const event_id = String(++number).padStart(32, "0");
    const event: CapturedEvent = { event_id, fingerprint: [fingerprint], title: fingerprint, tags: { transition } };
    issues.capture(event);
    return event;
  };
  return { clock, issues, capture };
}

Deno.test("an issue is its fingerprint; no event resolves it, and any event on a resolved one is a regression (sentry#70498)", () => {
  const { issues, capture } = scene();
  const event = capture("failed:a", "opened");
  issues.capture(event);
  capture("failed:b", "opened");
  capture("failed:a", "recovered");
  assert.deepEqual(issues.all.map(({ status, activity }) => [status, activity]), [
    ["unresolved", ["first_seen", "seen"]],
    ["unresolved", ["first_seen"]],
  ]);
  issues.setStatus("1", "resolved");
  capture("failed:a", "recovered");
  assert.deepEqual(issues.find("1")?.activity.slice(-2), ["set_resolved", "set_regression"]);
});

Deno.test("the alert rule of the documents is one that Sentry takes, and wakes for each opening, with issues closed or not", () => {
  for (const is_closed of [true, false]) {
    const { clock, issues, capture } = scene();
    issues.add(readAlertRule(body));
    for (const incident of [1, 2, 3]) {
      capture("failed:a", "opened");
      assert.equal(issues.wakes.length, incident, `incident ${incident}, closed: ${is_closed}`);
      // Two passes later.
      clock.minutes += 10;
      if (is_closed) issues.setStatus("1", "resolved");
      else capture("recovered", "recovered");
      assert.equal(issues.wakes.length, incident, "its end wakes nobody");
      clock.minutes += 10;
    }
  }
});

Deno.test("Sentry's default rule, of new issues, wakes for the first incident only", () => {
  const { clock, issues, capture } = scene();
  const first = { id: "sentry.rules.conditions.first_seen_event.FirstSeenEventCondition" };
  issues.add(readAlertRule({ ...body, conditions: [first] }));
  for (const _ of [1, 2, 3]) {
    capture("failed:a", "opened");
    issues.setStatus("1", "resolved");
    clock.minutes += 60;
  }
  assert.equal(issues.wakes.length, 1);
});

Deno.test("a rule that Sentry's documentation does not allow is refused", () => {
  const wrong = [
    { ...body, frequency: 4 },
    { ...body, conditions: [] },
    { ...body, actions: [] },
    { ...body, actionMatch: "some" },
    { ...body, filterMatch: undefined },
    { ...body, conditions: [{ id: "sentry.rules.conditions.unheard_of" }] },
    { ...body, filters: [{ ...body.filters[0], match: "equals" }] },
  ];
  for (const one of wrong) assert.throws(() => readAlertRule(one), JSON.stringify(one));
  const answers = ["alerts:write", "event:write"].map((scope) => {
    const api = issueApi({ issues: new Issues(), organization: "o", project: "p", tokens: { t: [scope] } });
    return api({ method: "POST", path: "/api/0/projects/o/p/rules/", authorization: "Bearer t", body }).status;
  });
  assert.deepEqual(answers, [201, 403]);
});

Deno.test("a monitor is broken by failures in a row and well again by check-ins, and takes six a minute", () => {
  let now = 0;
  const monitors = new Monitors(() => now);
  const monitor_config = { failure_issue_threshold: 2, recovery_threshold: 1 };
  const tell = (status: string) => monitors.take({ monitor_slug: "m", status, monitor_config });
  tell("error");
  assert.deepEqual(monitors.broken, []);
  tell("error");
  assert.deepEqual(monitors.broken, ["m"]);
  tell("ok");
  assert.deepEqual(monitors.broken, []);
  for (const _ of [4, 5, 6, 7, 8]) tell("error");
  assert.equal(monitors.dropped, 2);
  now += 61_000;
  tell("ok");
  assert.deepEqual(monitors.broken, []);
});

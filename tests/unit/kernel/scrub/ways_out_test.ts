// One corpus of planted secrets, through every way by which a message or a name leaves.
import assert from "node:assert/strict";
import { createAuditHealth } from "../../../../shared/adapters/supabase/audit_health.ts";
import { internalError } from "../../../../shared/kernel/app_error.ts";
import { alertEvent, minimalEvent } from "../../../../shared/audit/event.ts";
import { auditPassSchema } from "../../../../shared/audit/pass.ts";
import { actionPage } from "../../../../shared/ops/actions.ts";
import { outboxPage } from "../../../../shared/ops/outbox.ts";
import { viewPage } from "../../../../shared/ops/views.ts";
import { incidentPage, jobPage, runPage } from "../../../../shared/ops/lists.ts";
import { createRequestLog } from "../../../../shared/http/response/log_line.ts";
import { serveCronAudit } from "../../../../shared/http/scheduled/serve_cron_audit.ts";
import { failedAlert } from "../../../support/fixtures/audit_alert.ts";
import { createHttpRig } from "../../../support/rigs/http_rig.ts";
import { ACTION, ALERT, INCIDENT, JOB, RUN, VIEW } from "../../../support/fixtures/ops_rows.ts";
import { FakeOperations } from "../../../support/fakes/operations.ts";
import { FakeRefreshes, requestOf } from "../../../support/fakes/refreshes.ts";
import { CONTEXTS, PLANTED, READABLE } from "../../../support/fixtures/planted_secrets.ts";
import { KEYS } from "../../../support/fixtures/tokens.ts";

interface Said {
  readonly message: string;
  readonly name: string;
}

type Way = (said: Said) => Promise<string> | string;

async function listed(list: keyof FakeOperations["kept"], { message, name }: Said): Promise<string> {
  const operations = new FakeOperations();
  const { payload } = INCIDENT;
  const about = { subject: name, fingerprint: `failed:${name}`, job: name, message, owner: name, summary: name };
  operations.kept = {
    incidents: incidentPage.parse({
      rows: ["failed", "stale", "edited", "orphan_owner", "secret_missing"].map((kind) => ({
        ...INCIDENT,
        payload: { ...payload, ...about, kind, jobids: [1], view: name },
      })),
      next_cursor: null,
    }).rows,
    jobs: jobPage.parse({
      rows: [{
        ...JOB,
        job: name,
        owner: name,
        mute: { ...JOB.mute, reason: name },
        last_run: { ...JOB.last_run, message },
      }],
      next_cursor: null,
    })
      .rows,
    runs: runPage.parse({ rows: [{ ...RUN, job: name, message }], next_cursor: null }).rows,
    views: viewPage.parse({ rows: [{ ...VIEW, last_error: { ...VIEW.last_error, message } }], next_cursor: null }).rows,
    outbox: outboxPage.parse({
      rows: [{ ...ALERT, subject: name, last_error: message, resolve_error: message }],
      next_cursor: null,
      totals: operations.totals,
    }).rows,
    actions: actionPage.parse({ rows: [{ ...ACTION, subject: name, reason: name }], next_cursor: null }).rows,
  };
  if (list === "jobs") operations.next_cursor = name;
  const { ask, lines } = createHttpRig({ operations });
  const response = await ask(`/analytics/ops/${list}`, { headers: { apikey: KEYS.secret } });
  assert.equal(response.status, 200);
  return await response.text() + lines.join();
}

const WAYS: Readonly<Record<string, Way>> = {
  "an envelope": ({ message, name }) =>
    JSON.stringify(
      ["failed", "stale", "edited", "orphan_owner", "secret_missing", "duplicated", "renamed", "storm"].map((kind) =>
        alertEvent(
          failedAlert(1, {
            ...{ kind, message, subject: name, job: name, view: name, owner: name, jobids: [1], jobs: [name] },
            ...{ function: name, fingerprint: `${kind}:${name}`, duplicates: [{ job: name, jobid: 3 }] },
            ...{ foreign_duplicates: [{ job: name, jobid: 4, owner: name }], renamed_to: name },
            ...{ messages: [message], spoken_for: [`${kind}:${name}`] },
          }),
          "https://example.org/runbook",
        )
      ),
    ),
  "an envelope that is cut down": ({ message, name }) =>
    JSON.stringify(minimalEvent(failedAlert(1, { message, subject: name, fingerprint: `failed:${name}` }))),
  "/ops/incidents": (said) => listed("incidents", said),
  "/ops/jobs": (said) => listed("jobs", said),
  "/ops/runs": (said) => listed("runs", said),
  "/ops/views": (said) => listed("views", said),
  "/ops/outbox": (said) => listed("outbox", said),
  "/ops/actions": (said) => listed("actions", said),
  "/ops/refreshes": async ({ message }) => {
    const refreshes = new FakeRefreshes();
    const request = requestOf({ mv_a: "failed" });
    refreshes.known.set(12, { ...request, views: request.views.map((view) => ({ ...view, message })) });
    const { ask } = createHttpRig({ refreshes });
    return await (await ask("/analytics/ops/refreshes/12", { headers: { apikey: KEYS.secret } })).text();
  },
  "the answer of an audit": ({ name }) =>
    JSON.stringify(auditPassSchema.parse({
      ...{ audited_at: "2026-11-20T10:00:00Z", outcome: "unknown", reasons: [`cron.job has no visible job "${name}"`] },
      ...{
        run_count: 0,
        opened: 0,
        closed: 0,
        open_incidents: 0,
        check_ins_held: false,
        has_backlog: false,
        alerts: [],
      },
    })),
  "/health": async ({ name }) => {
    const answer = { status: "bad", reasons: [`no run of "${name}"`], notes: [`about ${name}`] };
    const health = createAuditHealth(({ output }) => Promise.resolve(output.parse(answer)));
    return JSON.stringify(await health.check(() => {}));
  },
  "a log line of a read": async ({ message }) => {
    const lines: string[] = [];
    const exchange = { events: [], request_id: "1", resource: "a/b", outcome: "INTERNAL" };
    await createRequestLog((line) => lines.push(line))(
      exchange as unknown as Parameters<ReturnType<typeof createRequestLog>>[0],
      { status: 500, error: internalError(message), milliseconds: 1, source_ms: null },
    );
    assert.equal(lines.length, 1);
    return lines.join();
  },
  "a log line of the audit": async ({ message }) => {
    const lines: string[] = [];
    const serve = serveCronAudit({
      authorize: () => Promise.reject(internalError(message)),
      connect: () => assert.fail("not authorised"),
      ledger: () => assert.fail("not authorised"),
      log: (line) => lines.push(line),
    });
    const response = await serve(new Request("http://localhost/cron-audit", { method: "POST" }));
    assert.equal(lines.length, 1);
    return await response.text() + lines.join();
  },
};

/** In a name, words that only their quotes tell from others are a name like any, and so is an identifier. */
const IN_NAMES = PLANTED.filter(({ kind }) =>
  !kind.startsWith("name in") && !kind.startsWith("name with") && kind !== "UUID"
);

/** Without what differs at each call: a number of three digits is in some of them by chance. */
function withoutChance(left: string): string {
  return left.replaceAll(/"request_id":"[^"]*"/g, "").replaceAll(/\.\d{3}Z/g, "Z").replaceAll(
    /"(?:\w+_)?ms":[\d.]+/g,
    "",
  );
}

for (const [way, take] of Object.entries(WAYS)) {
  Deno.test(`a planted secret does not leave by ${way}`, async () => {
    for (const { kind, text, hidden } of PLANTED) {
      for (const around of [CONTEXTS["bare"], CONTEXTS["refreshed"]]) {
        const name = IN_NAMES.some((one) => one.kind === kind) ? `nightly ${text}` : "nightly";
        const left = withoutChance(await take({ message: around?.(text) ?? "", name }));
        for (const secret of hidden) {
          assert.ok(!left.includes(JSON.stringify(secret).slice(1, -1)) && !left.includes(secret), `${kind}: ${left}`);
        }
      }
    }
  });
}

Deno.test("an operator reads messages and names as they were written, wherever they leave", async () => {
  for (const { message, names = [] } of READABLE) {
    const name = names[0] ?? "refresh-mv_lesion_topic_weeks";
    if (names.length > 1) continue;
    for (const way of ["an envelope", "/ops/incidents", "/ops/jobs", "/ops/runs"]) {
      const left = await WAYS[way]?.({ message, name }) ?? "";
      assert.ok(left.includes(JSON.stringify(message).slice(1, -1)), `${way}: ${message} in ${left}`);
      assert.ok(left.includes(`"${name}"`), `${way}: ${name}`);
    }
  }
});

Deno.test("two kinds of trouble with a job whose name holds an address stay two issues", () => {
  const job = "eve@example.org";
  const [failed, stale] = ["failed", "stale"].map((kind) =>
    minimalEvent(failedAlert(1, { kind, subject: job, fingerprint: `${kind}:${job}` })).fingerprint
  );
  assert.deepEqual([failed, stale], [["failed:[email]"], ["stale:[email]"]]);
});

Deno.test("a list of jobs goes on behind a name that holds a secret, which its cursor does not show", async () => {
  const operations = new FakeOperations();
  operations.next_cursor = "export for eve@example.org";
  const { ask } = createHttpRig({ operations });
  const headers = { apikey: KEYS.secret };
  const { meta } = await (await ask("/analytics/ops/jobs", { headers })).json();
  assert.match(meta.next_cursor, /^sha256:[0-9a-f]{64}$/);
  assert.equal((await ask(`/analytics/ops/jobs?cursor=${meta.next_cursor}`, { headers })).status, 200);
  operations.next_cursor = "refresh-mv_a";
  assert.equal((await (await ask("/analytics/ops/jobs", { headers })).json()).meta.next_cursor, "refresh-mv_a");
});

import assert from "node:assert/strict";
import { createHttpRig } from "../../../support/rigs/http_rig.ts";
import { operationsWithRows } from "../../../support/fixtures/ops_rows.ts";
import { KEYS, mintToken } from "../../../support/fixtures/tokens.ts";

const PATHS = ["incidents", "jobs", "runs", "views", "outbox", "actions"].map((list) => `/analytics/ops/${list}`);
const SECRET = { headers: { apikey: KEYS.secret } };

function rigWithRows() {
  const operations = operationsWithRows();
  return { operations, ...createHttpRig({ operations }) };
}

Deno.test("the ops lists answer administrators and the secret key, and nobody else", async () => {
  const { ask, operations } = rigWithRows();
  const admin = `Bearer ${await mintToken({ claims: { is_admin: true } })}`;
  const member = `Bearer ${await mintToken({ claims: { user_metadata: { is_admin: true } } })}`;
  for (const path of PATHS) {
    for (
      const headers of [{ apikey: KEYS.secret }, { authorization: admin }, { authorization: admin, apikey: KEYS.web }]
    ) {
      const response = await ask(path, { headers });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("cache-control"), "no-store");
      assert.equal((await response.json()).meta.row_count, 1);
    }
    const read = operations.asked.length;
    for (const headers of [{ apikey: KEYS.publishable }, { apikey: KEYS.cron }, { authorization: member }]) {
      const response = await ask(path, { headers });
      assert.deepEqual([response.status, (await response.json()).code], [403, "FORBIDDEN"]);
    }
    for (const headers of [{ apikey: "sb_secret_wrong_0123456789" }, { authorization: "Bearer forged.token.here" }]) {
      assert.equal((await ask(path, { headers })).status, 401);
    }
    assert.equal((await ask(path, { anonymous: true })).status, 401);
    assert.equal(operations.asked.length, read, "somebody who may not read reached the database");
  }
});

Deno.test("the ops lists say nothing that a message gave away", async () => {
  const { ask, lines } = rigWithRows();
  for (const path of PATHS) {
    const body = await (await ask(path, SECRET)).text();
    assert.match(body, /\[email\]|\[value\]/);
    for (const secret of ["anna@example.com", "sb_secret_0123456789abcdef0123", "something_internal"]) {
      assert.ok(!body.includes(secret) && !lines.join().includes(secret), `${path} gives away ${secret}`);
    }
  }
});

Deno.test("an incident comes with its runbook page and its repair", async () => {
  const { ask } = rigWithRows();
  const { data: [incident] } = await (await ask("/analytics/ops/incidents", SECRET)).json();
  assert.equal(incident.runbook, "http://127.0.0.1:54321/functions/v1/analytics/runbook/failed.md");
  assert.match(incident.repair_sql, /where runid = 41/);
  assert.equal(incident.occurrence_count, 3);
  assert.equal(incident.opened_at, "2026-11-20T09:00:02Z");
  assert.equal(incident.alerts[0].delivered_at, "2026-11-20T10:00:02Z");
});

Deno.test("the ops lists hand the cursor out and take it back", async () => {
  const { ask, operations } = rigWithRows();
  operations.next_cursor = "41";
  const { meta } = await (await ask("/analytics/ops/runs?job=refresh-mv_a&status=failed&limit=1", SECRET)).json();
  assert.deepEqual(meta, { resource: "ops/runs", row_count: 1, next_cursor: "41" });
  await ask(`/analytics/ops/runs?cursor=${meta.next_cursor}`, SECRET);
  await ask("/analytics/ops/incidents?state=open&kind=failed&job=a%20b", SECRET);
  await ask("/analytics/ops/jobs?cursor=refresh-mv_a", SECRET);
  assert.deepEqual(operations.asked, [
    { job: "refresh-mv_a", status: "failed", limit: 1 },
    { cursor: "41", limit: 50 },
    { state: "open", kind: "failed", job: "a b", limit: 50 },
    { cursor: "refresh-mv_a", limit: 50 },
  ]);
});

Deno.test("the ops lists refuse every parameter that is not theirs, by name and never by value", async () => {
  const { ask, operations } = rigWithRows();
  const refused: Record<string, string> = {
    "/analytics/ops/incidents?state=secretvalue": "state",
    "/analytics/ops/incidents?kind=Secret-Value": "kind",
    "/analytics/ops/incidents?status=failed": "status",
    "/analytics/ops/incidents?cursor=1;secretvalue": "cursor",
    "/analytics/ops/incidents?cursor=0": "cursor",
    "/analytics/ops/jobs?limit=201": "limit",
    "/analytics/ops/jobs?job=": "job",
    "/analytics/ops/jobs?job=a%00secretvalue": "job",
    "/analytics/ops/jobs?cursor=%00": "cursor",
    "/analytics/ops/incidents?job=%00": "job",
    "/analytics/ops/runs?job=%00": "job",
    "/analytics/ops/jobs?state=open": "state",
    "/analytics/ops/views?view=%00": "view",
    "/analytics/ops/views?state=stale": "state",
    "/analytics/ops/outbox?state=secretvalue": "state",
    "/analytics/ops/outbox?cursor=7": "cursor",
    "/analytics/ops/outbox?cursor=7-closed": "cursor",
    "/analytics/ops/actions?action=secretvalue": "action",
    "/analytics/ops/actions?cursor=0": "cursor",
    "/analytics/ops/runs?limit=1&limit=2": "limit",
    "/analytics/ops/runs?status=done": "status",
    "/analytics/ops/runs?cursor=-1": "cursor",
    "/analytics/ops/runs?format=csv": "format",
    [`/analytics/ops/runs?job=${"x".repeat(2_100)}`]: "(query)",
  };
  for (const [path, field] of Object.entries(refused)) {
    const response = await ask(path, SECRET);
    const body = await response.text();
    assert.equal(response.status, 400, path);
    assert.deepEqual(JSON.parse(body).errors.map((error: { field: string }) => error.field), [field]);
    assert.ok(!/secretvalue|Secret-Value/.test(body), body);
  }
  assert.deepEqual(operations.asked, []);
});

Deno.test("the ops lists are problem JSON when the database does not answer, and read only", async () => {
  const { ask, operations } = rigWithRows();
  operations.is_down = true;
  for (const path of PATHS) {
    const response = await ask(path, SECRET);
    assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "5"]);
    assert.match(response.headers.get("content-type") ?? "", /^application\/problem\+json/);
    await response.body?.cancel();
    assert.equal((await ask(path, { method: "POST", ...SECRET })).status, 405);
    assert.equal((await ask(`${path}/`, SECRET)).status, 404);
  }
});

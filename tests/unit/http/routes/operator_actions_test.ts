import { deepEqual, equal, match, ok } from "node:assert/strict";
import { AppError } from "../../../../shared/kernel/app_error.ts";
import { action } from "../../../../shared/ops/actions.ts";
import { FakeOperations } from "../../../support/fakes/operations.ts";
import { FakeRefreshes, requestOf } from "../../../support/fakes/refreshes.ts";
import { ACTION } from "../../../support/fixtures/ops_rows.ts";
import { id } from "../../../support/fixtures/sample_rows.ts";
import { KEYS, mintToken } from "../../../support/fixtures/tokens.ts";
import { createHttpRig, createSampleRig, LANES_PATH } from "../../../support/rigs/http_rig.ts";

const NOW = Date.parse("2026-11-20T10:00:00Z");
const HOUR_LATER = "2026-11-20T11:00:00Z";
const MUTE = { until: HOUR_LATER, reason: "The source is being migrated" };
const SECRET = { apikey: KEYS.secret };

/** Every path by which an operator acts, with a body that it takes. */
const ACTIONS: Readonly<Record<string, object | null>> = {
  "/analytics/ops/jobs/refresh-mv_a/mute": MUTE,
  "/analytics/ops/jobs/refresh-mv_a/unmute": null,
  "/analytics/ops/jobs/refresh-mv_a/adopt": { reason: "ours" },
  "/analytics/ops/views/mv_a/refresh": { reason: "late" },
  "/analytics/ops/refresh?view=mv_a": null,
};

function rigThatActs(now?: number) {
  const operations = new FakeOperations();
  const refreshes = new FakeRefreshes();
  refreshes.work = (view) => Promise.resolve(view === "mv_a" ? requestOf({ mv_a: null }) : null);
  operations.acts.set("refresh-mv_a", action.parse(ACTION));
  const rig = createHttpRig({ operations, refreshes, ...(now === undefined ? {} : { now }) });
  const post = (path: string, body: object | string | null, headers: Record<string, string> = SECRET) =>
    rig.ask(path, {
      method: "POST",
      anonymous: true,
      headers: { ...headers, ...(body === null ? {} : { "content-type": "application/json" }) },
      body: typeof body === "object" && body !== null ? JSON.stringify(body) : body,
    });
  return { ...rig, operations, refreshes, post };
}

Deno.test("administrators and the secret key act, each recorded as who they are, and nobody else", async () => {
  const { post, operations, refreshes } = rigThatActs();
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const admin = { authorization: `Bearer ${await mintToken({ claims: { is_admin: true } })}` };
  const others = [
    { authorization: `Bearer ${await mintToken({ claims: { user_metadata: { is_admin: true } } })}` },
    { authorization: `Bearer ${await mintToken({ claims: { org_role: "owner", org_id: "o" } })}` },
    { authorization: `Bearer ${await mintToken({ claims: { org_role: "admin", org_id: "o" } })}` },
    { apikey: KEYS.publishable },
    { apikey: KEYS.cron },
  ];
  for (const [path, body] of Object.entries(ACTIONS)) {
    const sent = body === MUTE ? { ...MUTE, until } : body;
    const acted = () => operations.done.length + refreshes.asked.length;
    const before = acted();
    for (const headers of others) {
      const response = await post(path, sent, headers);
      deepEqual([response.status, (await response.json()).code], [403, "FORBIDDEN"], path);
    }
    equal((await post(path, sent, { apikey: "sb_secret_wrong_0123456789" })).status, 401, path);
    equal((await post(path, sent, { cookie: "sb-access-token=x" })).status, 401, "a cookie is no credential");
    equal(acted(), before, `${path}: somebody who may not act reached the database`);
    for (const headers of [SECRET, admin]) {
      const response = await post(path, sent, headers);
      ok(response.status === 200 || response.status === 202, path);
      equal(response.headers.get("cache-control"), "no-store");
      await response.body?.cancel();
    }
    equal(acted(), before + 2, path);
  }
  const operators = [...operations.done, ...refreshes.operators];
  deepEqual(operators.map((by) => by?.operator_id), [
    null,
    "anna",
    null,
    "anna",
    null,
    "anna",
    null,
    "anna",
    null,
    "anna",
  ]);
  deepEqual(
    operations.done.map(({ action, job, reason }) => [action, job, reason]).filter((_, place) => place % 2 === 0),
    [
      ["mute", "refresh-mv_a", MUTE.reason],
      ["unmute", "refresh-mv_a", null],
      ["adopt", "refresh-mv_a", "ours"],
    ],
  );
  deepEqual(refreshes.asked.map(({ asked_by }) => asked_by), ["service", "admin", "service", "admin"]);
  deepEqual(refreshes.operators.map((by) => by?.reason), ["late", "late", null, null]);
});

Deno.test("what acts takes POST and nothing else, and a browser asks before it", async () => {
  const { ask, operations, refreshes } = rigThatActs();
  for (const path of Object.keys(ACTIONS)) {
    for (const method of ["GET", "HEAD", "PUT", "DELETE"]) {
      const response = await ask(path, { method, headers: SECRET });
      deepEqual([response.status, response.headers.get("allow")], [405, "POST, OPTIONS"], `${method} ${path}`);
      await response.body?.cancel();
    }
    const preflight = await ask(path, {
      method: "OPTIONS",
      anonymous: true,
      headers: { origin: "https://ops.example" },
    });
    equal(preflight.status, 204);
    match(preflight.headers.get("access-control-allow-methods") ?? "", /\bPOST\b/);
    match(preflight.headers.get("access-control-allow-headers") ?? "", /authorization.*content-type/);
    equal(preflight.headers.get("access-control-allow-credentials"), null);
  }
  deepEqual([operations.done, refreshes.asked], [[], []]);
});

Deno.test("an action is answered as it was recorded, without the secrets in it", async () => {
  const { post, lines } = rigThatActs(NOW);
  const response = await post("/analytics/ops/jobs/refresh-mv_a/unmute", null);
  const text = await response.text();
  const { data, meta } = JSON.parse(text);
  deepEqual([data.action, data.subject, data.operator_id, meta], [
    "mute",
    "refresh-mv_a",
    ACTION.operator_id,
    { resource: "ops/actions" },
  ]);
  match(data.reason, /replaces the key/);
  for (const secret of ["anna@example.com", "sb_secret_0123456789abcdef0123"]) {
    ok(!text.includes(secret) && !lines.join().includes(secret));
  }
});

Deno.test("a refresh of a view is taken with 202, and Location says where to look", async () => {
  const { post, ask } = rigThatActs();
  const path = "/analytics/ops/views/mv_a/refresh";
  const response = await post(path, null);
  const { data } = await response.json();
  deepEqual([response.status, data.id, data.state], [202, 12, "queued"]);
  const at = new URL(response.headers.get("location") ?? "", `https://project.example/functions/v1${path}`);
  equal(at.pathname, "/functions/v1/analytics/ops/refreshes/12");
  equal((await ask("/analytics/ops/refreshes/12", { headers: SECRET })).status, 200);
});

Deno.test("a job is named by its path as the list shows it, percent-encoded", async () => {
  const { post, operations } = rigThatActs();
  const name = "nightly report of bob / 50 % ü";
  operations.acts.set(name, action.parse({ ...ACTION, subject: name }));
  const response = await post(`/analytics/ops/jobs/${encodeURIComponent(name)}/adopt`, null);
  equal(response.status, 200);
  await response.body?.cancel();
  equal(operations.done[0]?.job, name);
  for (const job of ["", "%", "%ff", "%00", "x".repeat(201), "gone"]) {
    const refused = await post(`/analytics/ops/jobs/${job}/adopt`, null);
    deepEqual([refused.status, (await refused.json()).code], [404, "NOT_FOUND"], job);
  }
  for (const view of ["MV_A", "mv_a%20", "gone", "a.b"]) {
    const refused = await post(`/analytics/ops/views/${view}/refresh`, null);
    deepEqual([refused.status, (await refused.json()).code], [404, "NOT_FOUND"], view);
  }
  for (const path of ["jobs/refresh-mv_a/pause", "views/mv_a/mute", "jobs/a/b/mute", "jobs/mute", "other/a/mute"]) {
    equal((await post(`/analytics/ops/${path}`, null)).status, 404, path);
  }
});

Deno.test("a job that stands in the way is a conflict that says what to do", async () => {
  const { post, operations } = rigThatActs(NOW);
  operations.acts.set("probe", new AppError("CONFLICT", { detail: "adopt it first" }));
  const response = await post("/analytics/ops/jobs/probe/mute", MUTE);
  deepEqual([response.status, (await response.json()).code], [409, "CONFLICT"]);
});

Deno.test("an action whose body is optional takes a request without one, also where the server gives it an empty body", async () => {
  const { ask, operations } = rigThatActs();
  for (const body of [null, new Uint8Array(0)]) {
    const response = await ask("/analytics/ops/jobs/refresh-mv_a/unmute", {
      method: "POST",
      anonymous: true,
      headers: SECRET,
      body,
    });
    equal(response.status, 200, await response.text());
  }
  equal(operations.done.length, 2);
});

Deno.test("a body that is not quite one is refused by the names of its fields, and nothing is done", async () => {
  const { post, operations, refreshes } = rigThatActs(NOW);
  const mute = "/analytics/ops/jobs/refresh-mv_a/mute";
  const refused: readonly (readonly [string, object | string | null, readonly string[]])[] = [
    [mute, null, ["(body)"]],
    [mute, {}, ["until", "reason"]],
    [mute, { ...MUTE, until: "2026-11-20T10:00:00Z" }, ["until"]],
    [mute, { ...MUTE, until: "2026-12-20T10:00:01Z" }, ["until"]],
    [mute, { ...MUTE, until: "infinity" }, ["until"]],
    [mute, { ...MUTE, reason: "  " }, ["reason"]],
    [mute, { ...MUTE, reason: "x".repeat(501) }, ["reason"]],
    [mute, { ...MUTE, reason: "a\0b" }, ["reason"]],
    [mute, { ...MUTE, operator_id: "somebody else" }, ["operator_id"]],
    [mute, "[]", ["(body)"]],
    ["/analytics/ops/jobs/refresh-mv_a/adopt", { until: HOUR_LATER }, ["until"]],
    ["/analytics/ops/views/mv_a/refresh", { reason: 5 }, ["reason"]],
    ["/analytics/ops/views/mv_a/refresh?reason=x", {}, ["reason"]],
  ];
  for (const [path, body, fields] of refused) {
    const response = await post(path, body);
    const { code, errors } = await response.json();
    deepEqual([response.status, code], [400, "BAD_REQUEST"], JSON.stringify(body));
    deepEqual(errors.map(({ field }: { field: string }) => field), fields, JSON.stringify(body));
  }
  equal((await post(mute, "{")).status, 400);
  equal((await post(mute, { ...MUTE, reason: "x".repeat(5_000) })).status, 413);
  deepEqual([operations.done, refreshes.asked], [[], []]);
  equal((await post(mute, { ...MUTE, until: "2026-12-20T10:00:00Z" })).status, 200, "thirty days are the longest");
});

Deno.test("the cache's figures are those of the isolate that answers, since its start", async () => {
  const { ask, shared, clock } = createSampleRig({ now: NOW });
  const figures = async () => (await (await ask("/analytics/ops/cache", { headers: SECRET })).json());
  const first = await figures();
  deepEqual(first.meta, { resource: "ops/cache" });
  deepEqual(
    [first.data.has_shared, first.data.isolate.started_at, first.data.isolate.request_count],
    [true, "2026-11-20T10:00:00.000Z", 0],
  );
  const answer = await ask(LANES_PATH);
  for (let count = 0; count < 3; count += 1) await (await ask(LANES_PATH)).body?.cancel();
  const etag = answer.headers.get("etag") ?? "";
  await answer.body?.cancel();
  await ask(LANES_PATH, { headers: { apikey: KEYS.publishable, "if-none-match": etag } });
  await (await ask("/analytics/nowhere")).body?.cancel();
  clock.advance(7_000);
  const { data: { isolate } } = await figures();
  // One read of the database, three copies from memory, one 304; the first look, and what was not found, read nothing.
  deepEqual(
    [isolate.answers.source, isolate.answers.memory, isolate.answers.not_modified, isolate.answers.none],
    [1, 3, 1, 2],
  );
  deepEqual([isolate.request_count, isolate.misses, isolate.age_seconds], [7, { memory: 1, shared: 1 }, 7]);
  equal(isolate.memory.entry_count, 1);
  ok(isolate.memory.byte_count > 0 && isolate.memory.byte_count < isolate.memory.most_bytes);
  equal(isolate.isolate_id, first.data.isolate.isolate_id);

  shared.is_down = true;
  await (await ask(`/analytics/sample/lane-distributions?challenge_id=${id(2)}`)).body?.cancel();
  const after = (await figures()).data.isolate;
  ok(
    Object.values<number>(after.shared_failures).reduce((sum, one) => sum + one, 0) > 0,
    "a Redis that is down is counted",
  );
  for (const headers of [{ apikey: KEYS.publishable }, { apikey: KEYS.cron }]) {
    equal((await ask("/analytics/ops/cache", { headers })).status, 403);
  }
  equal((await ask("/analytics/ops/cache", { anonymous: true })).status, 401);
});

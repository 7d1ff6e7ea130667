import assert from "node:assert/strict";
import { type HealthStatus, worst } from "../../../../shared/ops/health.ts";
import { samplePack as resources } from "../../../support/sample_pack/mod.ts";
import { createHttpRig, createSampleRig } from "../../../support/rigs/http_rig.ts";
import { KEYS, mintToken } from "../../../support/fixtures/tokens.ts";

Deno.test("the catalog lists every resource with its parameters and columns, for any credential", async () => {
  const { ask } = createHttpRig({ resources });
  const response = await ask("/analytics/catalog");
  assert.equal(response.status, 200);
  const catalog = await response.json();
  assert.equal(catalog.resources.length, resources.length);
  const lanes = catalog.resources.find((one: { path: string }) => one.path === "/analytics/sample/lane-distributions");
  assert.deepEqual(lanes.params.required, ["challenge_id"]);
  assert.equal(lanes.row.properties.last_submission_at.format, "date-time");
  assert.equal((await ask("/analytics/catalog", { anonymous: true })).status, 401);
  assert.equal((await ask("/analytics/catalog?x=1")).status, 400);
});

Deno.test("the catalog says what a parameter does, the limits of a number, and which roles read a member's rows", async () => {
  const rows = { admin: "org", trainee: "own" };
  const of_members = {
    ...(resources.find(({ name }) => name === "heatmap") ?? assert.fail("the sample pack has no heatmap")),
    access: { scope: "member", org: "lesion", column: "topic", rows } as const,
  };
  const { ask } = createHttpRig({ resources: [of_members] });
  const { resources: [described] } = await (await ask("/analytics/catalog")).json();
  const { limit, week_from } = described.params.properties;
  assert.deepEqual([limit.type, limit.default, limit.minimum, limit.maximum], ["string", "200", 1, 999]);
  assert.equal(limit.description, "The largest number of rows of a page.");
  assert.match(week_from.description, /^Only rows whose `week_start` is this or later\. Any day stands for the Monday/);
  assert.deepEqual(described.roles, rows);

  const { resources: others } = await (await createHttpRig({ resources }).ask("/analytics/catalog")).json();
  assert.ok(others.every(({ roles }: { readonly roles: unknown }) => roles === null));
});

Deno.test("health is ok in one word for everybody, and explained to administrators and the secret key", async () => {
  const { ask } = createSampleRig({ resources });
  const admin = `Bearer ${await mintToken({ claims: { is_admin: true } })}`;
  const anonymous = await ask("/analytics/health", { anonymous: true });
  assert.equal(anonymous.status, 200);
  assert.equal(anonymous.headers.get("cache-control"), "no-store");
  assert.deepEqual(await anonymous.json(), { status: "ok" });
  for (
    const headers of [{ apikey: KEYS.publishable }, { apikey: KEYS.cron }, {
      authorization: `Bearer ${await mintToken()}`,
    }]
  ) {
    assert.deepEqual(await (await ask("/analytics/health", { headers })).json(), { status: "ok" });
  }
  for (const headers of [{ apikey: KEYS.secret }, { authorization: admin }]) {
    const { views } = await (await ask("/analytics/health", { headers })).json();
    assert.equal(views.mv_agent_progress.status, "ok");
    assert.equal(views.mv_agent_progress.version, 1);
  }
  assert.equal((await ask("/analytics/health", { headers: { apikey: "sb_secret_wrong_012345" } })).status, 401);
});

async function statusAfter(prepare: (rig: ReturnType<typeof createSampleRig>) => void | Promise<void>) {
  const rig = createSampleRig({ resources });
  await prepare(rig);
  const response = await rig.ask("/analytics/health", { anonymous: true });
  return [response.status, (await response.json()).status];
}

Deno.test("health is bad when a view is older than its objective, or was never refreshed", async () => {
  assert.deepEqual(await statusAfter(({ clock }) => clock.advance(1_201_000)), [503, "bad"]);
  assert.deepEqual(await statusAfter(({ source }) => source.register("mv_new")), [503, "bad"]);
});

Deno.test("health gives its reasons to administrators and the secret key, and to nobody else", async () => {
  const { ask, clock, source } = createSampleRig({ resources });
  source.register("mv_new");
  source.empty("mv_time_to_first_win");
  clock.advance(1_201_000);
  const { reasons } = await (await ask("/analytics/health", { headers: { apikey: KEYS.secret } })).json();
  assert.ok(reasons.includes("views: view mv_new was never refreshed"), reasons.join());
  const emptied = "views: view mv_time_to_first_win holds no data: it was emptied since its last refresh";
  assert.ok(reasons.includes(emptied), reasons.join());
  assert.ok(
    reasons.some((reason: string) => /^views: view mv_agent_progress is stale: 12\d\d seconds old/.test(reason)),
  );
  assert.deepEqual(Object.keys(await (await ask("/analytics/health")).json()), ["status"]);
});

Deno.test("health is unknown, never ok, when nobody can tell", async () => {
  assert.deepEqual(await statusAfter(({ source }) => void (source.is_down = true)), [503, "unknown"]);
  assert.deepEqual(
    await statusAfter(async ({ ask, source, clock }) => {
      await ask("/analytics/health");
      source.is_down = true;
      clock.advance(5_000);
    }),
    [503, "unknown"],
  );
  const { ask } = createHttpRig({ resources });
  const response = await ask("/analytics/health", { anonymous: true });
  assert.deepEqual([response.status, (await response.json()).status], [503, "unknown"]);
});

Deno.test("health is ok where nothing is served and nothing registered, and unknown there too while the database is silent", async () => {
  const health = async (rig: ReturnType<typeof createHttpRig>) => {
    rig.source.forgetAll();
    const response = await rig.ask("/analytics/health", { headers: { apikey: KEYS.secret } });
    const { status, reasons, views } = await response.json();
    return { status, reasons, views };
  };
  assert.deepEqual(await health(createHttpRig({ resources: [] })), { status: "ok", reasons: [], views: {} });
  const silent = createHttpRig({ resources: [] });
  silent.source.is_down = true;
  const { status, reasons } = await health(silent);
  assert.deepEqual([status, reasons], ["unknown", ["views: the database does not answer"]]);
});

Deno.test("health takes the worst of all its sources", async () => {
  const audit = (status: HealthStatus) => ({
    name: "audit",
    check: () =>
      Promise.resolve({ status, reasons: ["failed:probe"], details: { audited_at: "2026-11-20T10:00:00Z" } }),
  });
  for (const status of ["bad", "unknown"] as const) {
    const { ask } = createSampleRig({ health: [audit(status)] });
    const body = await (await ask("/analytics/health", { headers: { apikey: KEYS.secret } })).json();
    assert.equal(body.status, status);
    assert.equal(body.audit.audited_at, "2026-11-20T10:00:00Z");
    assert.deepEqual(body.reasons, ["audit: failed:probe"]);
  }
  assert.equal(worst(["ok", "unknown", "bad"]), "bad");
  assert.equal(worst([]), "unknown");
});

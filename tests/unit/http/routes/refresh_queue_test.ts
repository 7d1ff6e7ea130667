import { deepEqual, equal, match, ok } from "node:assert/strict";
import { AppError } from "../../../../shared/kernel/app_error.ts";
import { FakeRefreshes, requestOf } from "../../../support/fakes/refreshes.ts";
import { createHttpRig } from "../../../support/rigs/http_rig.ts";
import { KEYS, mintToken } from "../../../support/fixtures/tokens.ts";

const REFRESH = "/analytics/ops/refresh";
const SECRET = { apikey: KEYS.secret };

function queueRig() {
  const refreshes = new FakeRefreshes();
  refreshes.work = (name) => Promise.resolve(requestOf({ [name]: null }));
  return { refreshes, ...createHttpRig({ refreshes }) };
}

Deno.test("a refresh is taken with 202, and Location says where to ask", async () => {
  const { ask, refreshes } = queueRig();
  const response = await ask(`${REFRESH}?view=mv_agent_progress`, { method: "POST", headers: SECRET });
  deepEqual([response.status, response.headers.get("cache-control")], [202, "no-store"]);
  const { data, meta } = await response.json();
  deepEqual([data.id, data.state, data.view, meta], [12, "queued", "mv_agent_progress", { resource: "ops/refreshes" }]);
  const asked_at = new URL(`https://project.example/functions/v1${REFRESH}?view=mv_agent_progress`);
  const at = new URL(response.headers.get("location") ?? "", asked_at);
  equal(at.pathname, "/functions/v1/analytics/ops/refreshes/12");
  const found = await ask("/analytics/ops/refreshes/12", { headers: SECRET });
  deepEqual([found.status, (await found.json()).data], [200, data]);
  deepEqual(refreshes.asked, [{ view: "mv_agent_progress", asked_by: "service" }]);
});

Deno.test("the outcome of each view is told with its counts and its error, and nothing that the error gave away", async () => {
  const { ask, refreshes, lines } = queueRig();
  refreshes.known.set(12, requestOf({ mv_a: "refreshed", mv_b: "failed" }));
  const text = await (await ask("/analytics/ops/refreshes/12", { headers: SECRET })).text();
  const { data } = JSON.parse(text);
  equal(data.state, "finished");
  deepEqual(
    data.views.map(({ view, outcome, refresh_id, group_count, changed_count, sqlstate }: Record<string, unknown>) => [
      view,
      outcome,
      refresh_id,
      group_count,
      changed_count,
      sqlstate,
    ]),
    [["mv_a", "refreshed", 31, 4, 7, null], ["mv_b", "failed", 31, null, null, "23505"]],
  );
  match(
    data.views[1].message,
    /^refresh of analytics.mv_b failed \[23505\]: Key \(email\)=\(\[value\]\) already exists$/,
  );
  ok(!text.includes("anna@example.com") && !lines.join().includes("anna@example.com"));
});

Deno.test("administrators and the secret key ask and look, each under their own name, and nobody else", async () => {
  const { ask, refreshes } = queueRig();
  const admin = { authorization: `Bearer ${await mintToken({ claims: { is_admin: true } })}` };
  const member = { authorization: `Bearer ${await mintToken({ claims: { user_metadata: { is_admin: true } } })}` };
  equal((await ask(`${REFRESH}?pack=sample`, { method: "POST", headers: admin })).status, 202);
  deepEqual(refreshes.asked, [{ pack: "sample", asked_by: "admin" }]);
  for (const headers of [{ apikey: KEYS.publishable }, { apikey: KEYS.cron }, member]) {
    for (const [path, method] of [[`${REFRESH}?view=mv_a`, "POST"], ["/analytics/ops/refreshes/12", "GET"]] as const) {
      const response = await ask(path, { method, headers });
      deepEqual([response.status, (await response.json()).code], [403, "FORBIDDEN"], path);
    }
  }
  equal((await ask(`${REFRESH}?view=mv_a`, { method: "POST", anonymous: true })).status, 401);
  equal((await ask("/analytics/ops/refreshes/12", { anonymous: true })).status, 401);
  deepEqual([refreshes.asked.length, refreshes.looks], [1, 0]);
});

Deno.test("exactly one of view and pack is asked for, and a name that is none is refused unasked", async () => {
  const { ask, refreshes } = queueRig();
  for (
    const query of ["", "?view=mv_a&pack=sample", "?view=", "?view=drop%20table", "?view=mv_a&view=mv_b", "?all=1"]
  ) {
    const response = await ask(`${REFRESH}${query}`, { method: "POST", headers: SECRET });
    deepEqual([response.status, (await response.json()).code], [400, "BAD_REQUEST"], query);
  }
  deepEqual(refreshes.asked, []);
});

Deno.test("an unknown view, pack or id is 404, with its name and what to do", async () => {
  const { ask, refreshes } = queueRig();
  refreshes.work = () => Promise.resolve(null);
  for (const [query, what] of [["view=mv_nowhere", 'view "mv_nowhere"'], ["pack=nobody", 'pack "nobody"']]) {
    const response = await ask(`${REFRESH}?${query}`, { method: "POST", headers: SECRET });
    const { code, detail } = await response.json();
    deepEqual([response.status, code], [404, "NOT_FOUND"]);
    ok(detail.startsWith(`No ${what} is registered; /analytics/catalog`), detail);
  }
  for (const id of ["13", "0", "-1", "1e3", "*", "", "12/13", "99999999999999999999"]) {
    const response = await ask(`/analytics/ops/refreshes/${id}`, { headers: SECRET });
    deepEqual([response.status, (await response.json()).code], [404, "NOT_FOUND"], id);
  }
});

Deno.test("whoever asks again too soon is told when to come back", async () => {
  const { ask, refreshes } = queueRig();
  refreshes.work = () => Promise.reject(new AppError("RATE_LIMITED", { detail: "planted", retry_after_seconds: 60 }));
  const response = await ask(`${REFRESH}?view=mv_a`, { method: "POST", headers: SECRET });
  deepEqual([response.status, response.headers.get("retry-after")], [429, "60"]);
});

Deno.test("what is ordered takes POST and nothing else, and what is looked up takes no POST", async () => {
  const { ask } = queueRig();
  for (const method of ["GET", "HEAD", "PUT", "DELETE"]) {
    const response = await ask(`${REFRESH}?view=mv_a`, { method, headers: SECRET });
    deepEqual([response.status, response.headers.get("allow")], [405, "POST, OPTIONS"], method);
  }
  const posted = await ask("/analytics/ops/refreshes/12", { method: "POST", headers: SECRET });
  deepEqual([posted.status, posted.headers.get("allow")], [405, "GET, HEAD, OPTIONS"]);
  const headers = { origin: "https://app.example", "access-control-request-method": "POST" };
  const preflight = await ask(REFRESH, { method: "OPTIONS", headers, anonymous: true });
  match(preflight.headers.get("access-control-allow-methods") ?? "", /\bPOST\b/);
});

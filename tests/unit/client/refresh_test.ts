import assert from "node:assert/strict";
import { createCataloguer, createRefresher, FreshetError, type RequestedRefresh } from "../../../shared/client/mod.ts";
import { FakeRefreshes, requestOf } from "../../support/fakes/refreshes.ts";
import { KEYS, mintToken } from "../../support/fixtures/tokens.ts";
import { fetchOf, PROJECT } from "../../support/rigs/client_rig.ts";
import { createHttpRig, createSampleRig } from "../../support/rigs/http_rig.ts";

/** The client over the real function; the next state of the refresh comes at each wait. */
function refreshingRig(key: string, token: string | null, states: RequestedRefresh[]) {
  const refreshes = new FakeRefreshes();
  refreshes.work = (name) => Promise.resolve(name === "mv_a" ? requestOf({ mv_a: null }) : null);
  const asked: Request[] = [];
  const waited: number[] = [];
  const net = { fails: 0 };
  const answered = fetchOf(createHttpRig({ refreshes }), asked);
  const refresh = createRefresher({
    url: PROJECT,
    key,
    token: () => token,
    fetch: ((input, init) => {
      if (net.fails === 0) return answered(input, init);
      net.fails -= 1;
      return Promise.reject(new TypeError("no network"));
    }) as typeof fetch,
    sleep(milliseconds, signal) {
      waited.push(milliseconds);
      const next = states.shift();
      if (next !== undefined) {
        refreshes.known.set(12, { ...requestOf({ mv_a: null }), ...next, views: next.views as never });
      }
      signal?.throwIfAborted();
      return Promise.resolve();
    },
  });
  return { refresh, refreshes, asked, waited, net };
}

async function failureOf(work: Promise<unknown>): Promise<FreshetError> {
  const error = await work.then(() => null, (thrown) => thrown);
  assert.ok(error instanceof FreshetError, String(error));
  return error;
}

Deno.test("a refresh is followed until the ledger has its outcome, also when that is a failure", async () => {
  const { refresh, asked, waited } = refreshingRig(KEYS.secret, null, [
    requestOf({ mv_a: null }),
    requestOf({ mv_a: "failed" }),
  ]);
  const seen: string[] = [];
  const { views } = await refresh({ view: "mv_a" }, { onProgress: ({ state }) => seen.push(state) });
  assert.deepEqual(views.map(({ outcome, refresh_id, sqlstate }) => [outcome, refresh_id, sqlstate]), [[
    "failed",
    31,
    "23505",
  ]]);
  assert.deepEqual(seen, ["queued", "queued"]);
  assert.deepEqual(waited, [2_000, 2_000]);
  assert.deepEqual(
    asked.map(({ method, url }) => `${method} ${url.replace(`${PROJECT}/functions/v1/analytics/`, "")}`),
    ["POST ops/refresh?view=mv_a", "GET ops/refreshes/12", "GET ops/refreshes/12"],
  );
});

Deno.test("a moment without network does not end the looking, and an abort does", async () => {
  const { refresh, net, waited } = refreshingRig(KEYS.secret, null, [requestOf({ mv_a: "refreshed" })]);
  const followed = refresh({ view: "mv_a" }, { onProgress: () => net.fails = 1 });
  assert.equal((await followed).views[0]?.outcome, "refreshed");
  assert.equal(waited.length, 2);

  const leaving = new AbortController();
  const left = refreshingRig(KEYS.secret, null, []).refresh({ view: "mv_a" }, {
    signal: leaving.signal,
    onProgress: () => leaving.abort(new Error("left the page")),
  });
  await assert.rejects(left, /left the page/);
});

Deno.test("a caller who is no operator is refused, and an unknown view is named", async () => {
  const member = refreshingRig(KEYS.publishable, await mintToken({}), []);
  assert.equal((await failureOf(member.refresh({ view: "mv_a" }))).status, 403);
  assert.deepEqual(member.refreshes.asked, []);
  const unknown = await failureOf(refreshingRig(KEYS.secret, null, []).refresh({ view: "mv_none" }));
  assert.match(unknown.detail, /No view "mv_none" is registered/);
});

Deno.test("the catalog names each resource's view", async () => {
  const catalog = createCataloguer({ url: PROJECT, key: KEYS.publishable, fetch: fetchOf(createSampleRig()) });
  const lanes = (await catalog()).find(({ resource }) => resource === "sample/lane-distributions");
  assert.equal(lanes?.view, "mv_lane_score_distribution");
  const page = createCataloguer({
    url: PROJECT,
    key: KEYS.publishable,
    fetch: () => Promise.resolve(new Response("<p>log in</p>")),
  });
  assert.equal((await failureOf(page())).code, "UNEXPECTED");
});

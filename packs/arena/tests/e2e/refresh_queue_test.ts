// A refresh by hand through the origin, as an outside scheduler or an admin's page asks for it.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { challenge, memberAgent, plantArena } from "../../../../tests/support/fixtures/arena.ts";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import { asUser, type Product, startProduct } from "../../../../tests/support/rigs/product.ts";
import { pause } from "../../../../stack/pause.ts";

const progress = `/arena/progress?agent_id=${memberAgent}&challenge_id=${challenge}`;

let product: Product;

Deno.test.beforeAll(async () => {
  // PostgreSQL 17 with the cron stand-in, which knows seconds as the platform does.
  product = await startProduct({ flavour: "embedded" });
  await plantArena(product.sql);
});
Deno.test.afterAll(() => product.stop());

const secret = () => ({ apikey: product.stack.keys.secretKey });

function post(path: string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${product.stack.origin}/functions/v1/analytics${path}`, { method: "POST", headers });
}

interface Asked {
  readonly id: number;
  readonly state: string;
  readonly views: readonly { readonly view: string; readonly outcome: string; readonly refresh_id: number }[];
}

async function finished(at: URL, headers: Record<string, string>): Promise<Asked> {
  const patience = Date.now() + 60_000;
  while (Date.now() < patience) {
    const response = await fetch(at, { headers });
    equal(response.status, 200);
    const { data } = await response.json();
    if (data.state === "finished") return data;
    await pause(500);
  }
  throw new Error("not finished within a minute");
}

e2e("POST, 202, ask until it has finished: the rows are new", async () => {
  const before = await (await product.get(progress, secret())).json();
  await product.sql`
    insert into public.submissions (agent_id, challenge_id, status, final_lane_scores, composite_score, created_at)
    values (${memberAgent}, ${challenge}, 'scored', '{"TMA": 77}', 77, '2026-01-26 09:00+00')`;
  const response = await post("/ops/refresh?view=mv_agent_progress", secret());
  equal(response.status, 202);
  const { data } = await response.json();
  const at = new URL(response.headers.get("location") ?? "", response.url);
  match(at.pathname, /^\/functions\/v1\/analytics\/ops\/refreshes\/\d+$/);
  const began = Date.now();
  const done = await finished(at, secret());
  deepEqual([done.id, done.views.map(({ outcome }) => outcome)], [data.id, ["refreshed"]]);
  ok(Date.now() - began < 30_000, "within a slot of ten seconds, and the time that it takes");
  await pause(3_200);
  const after = await (await product.get(progress, secret())).json();
  equal(after.data.length, before.data.length + 1, "the week that was written is among the rows");
});

e2e("a pack is refreshed sources first, an admin asks once a minute, and a member not at all", async () => {
  const { stack } = product;
  const admin = asUser(stack, stack.tokens.admin);
  const asked = await post("/ops/refresh?pack=arena", secret());
  const again = await post("/ops/refresh?pack=arena", admin);
  deepEqual([asked.status, again.status], [202, 202]);
  equal(
    (await again.json()).data.id,
    (await asked.json()).data.id,
    "two callers who ask for the same get one waiting request",
  );
  const done = await finished(new URL(asked.headers.get("location") ?? "", asked.url), admin);
  const views = done.views.map(({ view }) => view);
  ok(views.length >= 4 && done.views.every(({ refresh_id }) => refresh_id > 0));
  const refused = await post("/ops/refresh?pack=arena", admin);
  deepEqual([refused.status, refused.headers.get("retry-after"), (await refused.json()).code], [
    429,
    "60",
    "RATE_LIMITED",
  ]);
  const member = await post("/ops/refresh?pack=arena", asUser(stack, stack.tokens.member));
  deepEqual([member.status, (await member.json()).code], [403, "FORBIDDEN"]);
});

e2e("an unknown view, pack or id is 404 with its name and what to do", async () => {
  for (const [query, name] of [["view=mv_nowhere", "mv_nowhere"], ["pack=nobody", "nobody"]]) {
    const response = await post(`/ops/refresh?${query}`, secret());
    const { code, detail } = await response.json();
    deepEqual([response.status, code], [404, "NOT_FOUND"]);
    ok(detail.includes(`"${name}"`), detail);
  }
  const response = await product.get("/ops/refreshes/99999999", secret());
  equal(response.status, 404);
  await response.body?.cancel();
});

// The whole product through its one origin, as client applications use it: supabase-js for those who may, forged and
// foreign credentials for those who may not, warm caches included.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { SignJWT } from "jose";
import { createFreshet } from "../../../../shared/client/mod.ts";
import { mintToken } from "../../../../stack/tokens.ts";
import {
  challenge,
  memberAgent,
  otherAgent,
  plantArena,
  refreshAll,
  smallChallenge,
} from "../../../../tests/support/fixtures/arena.ts";
import { listeningAddresses } from "../../../../tests/support/rigs/listening.ts";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import { asUser, type Product, startProduct } from "../../../../tests/support/rigs/product.ts";
import { pause } from "../../../../stack/pause.ts";

let product: Product;

Deno.test.beforeAll(async () => {
  product = await startProduct({ isolates: { analytics: 2 } });
  await plantArena(product.sql);
});
Deno.test.afterAll(() => product.stop());

const patterns = `/arena/weakness-patterns?agent_id=${memberAgent}&category=all`;
const progress = `/arena/progress?agent_id=${memberAgent}&challenge_id=${challenge}`;
const distributions = `/arena/lane-distributions?challenge_id=${challenge}`;

async function codeOf(response: Response): Promise<[number, string]> {
  match(response.headers.get("content-type") ?? "", /^application\/problem\+json/);
  equal(response.headers.get("cache-control"), "no-store");
  return [response.status, String((await response.json()).code)];
}

e2e("supabase-js with the publishable key reads a distribution", async () => {
  const { stack } = product;
  const client = createClient(stack.origin, stack.keys.publishableKey);
  const { data, error } = await client.functions.invoke(`analytics${distributions}`, { method: "GET" });
  equal(error, null);
  deepEqual(data.data, [{
    challenge_id: challenge,
    challenge_title: "Essay",
    lane_key: "TMA",
    sample_count: 6,
    mean_score: 35,
    stddev_score: 18.708,
    min_score: 10,
    max_score: 60,
    p10: 15,
    p25: 22.5,
    p50: 35,
    p75: 47.5,
    p90: 55,
    last_submission_at: "2026-01-19T09:00:00Z",
  }]);
  equal(data.meta.resource, "arena/lane-distributions");
  equal(data.meta.row_count, 1);
});

e2e(
  "the typed client reads with the session that supabase-js has, is confirmed by a 304, and refused what is others'",
  async () => {
    const { origin, keys, tokens } = product.stack;
    const accessToken = () => Promise.resolve(tokens.member);
    const freshet = createFreshet({ supabase: createClient(origin, keys.publishableKey, { accessToken }) });
    const first = await freshet.arena.weaknessPatterns({ agent_id: memberAgent, category: "all" });
    deepEqual(first.data.map((row) => row.performance_category), ["persistent_weakness"]);
    ok((first.freshness.age_seconds ?? -1) >= 0);
    const second = await freshet.arena.weaknessPatterns({ agent_id: memberAgent, category: "all" });
    equal(second.freshness.is_unchanged, true);
    const foreign = await freshet.arena.weaknessPatterns({ agent_id: otherAgent }).catch((error) => error);
    equal(foreign.code, "FORBIDDEN");

    const reader = createFreshet({ url: origin, key: keys.publishableKey });
    equal((await reader.arena.laneDistributions({ challenge_id: challenge })).data[0]?.p50, 35);
  },
);

e2e("a distribution over fewer than five samples leaves nothing", async () => {
  const response = await product.get(`/arena/lane-distributions?challenge_id=${smallChallenge}`, {
    apikey: product.stack.keys.publishableKey,
  });
  deepEqual((await response.json()).data, []);
});

e2e(
  "somebody who signs up reads with the session that supabase-js got, and is refused what belongs to others",
  async () => {
    const { stack } = product;
    const client = createClient(stack.origin, stack.keys.publishableKey, { auth: { persistSession: false } });
    const email = `learner-${crypto.randomUUID()}@example.com`;
    const { data: signUp, error } = await client.auth.signUp({ email, password: "correct horse battery" });
    equal(error, null);
    const owner = signUp.user?.id ?? "";
    await product.sql`update public.agents set owner_id = ${owner} where id = ${otherAgent}`;
    try {
      const own = await client.functions.invoke(
        `analytics/arena/progress?agent_id=${otherAgent}&challenge_id=${challenge}`,
        { method: "GET" },
      );
      equal(own.error, null);
      deepEqual(
        own.data.data.map((row: { week: string; avg_composite_score: number; wow_composite_delta: number | null }) => [
          row.week,
          row.avg_composite_score,
          row.wow_composite_delta,
        ]),
        [["2026-01-05", 40, null], ["2026-01-12", 50, 10], ["2026-01-19", 60, 10]],
      );
      const foreign = await client.functions.invoke(`analytics${progress}`, { method: "GET" });
      equal(foreign.error?.context.status, 403);
      await foreign.error?.context.body?.cancel();
    } finally {
      await product
        .sql`update public.agents set owner_id = ${"a0000000-0000-4000-8000-000000000003"} where id = ${otherAgent}`;
      await client.auth.signOut();
    }
  },
);

e2e("the OpenAPI document is served through the origin, as it is committed", async () => {
  const response = await product.get("/openapi.json", { apikey: product.stack.keys.publishableKey });
  equal(response.status, 200);
  const committed = new URL("../../../../packs/openapi.json", import.meta.url);
  deepEqual(await response.json(), JSON.parse(await Deno.readTextFile(committed)));
});

e2e(
  "the owner, an administrator and the secret key read an agent's patterns; nobody else does, warm cache or cold",
  async () => {
    const { stack } = product;
    const allowed = [
      asUser(stack, stack.tokens.member),
      asUser(stack, stack.tokens.admin),
      { apikey: stack.keys.secretKey },
    ];
    for (const round of ["cold", "warm"]) {
      for (const headers of allowed) {
        const response = await product.get(patterns, headers);
        equal(response.status, 200, round);
        const { data } = await response.json();
        deepEqual(data.map((row: { lane_key: string; performance_category: string }) => row.performance_category), [
          "persistent_weakness",
        ]);
      }
      deepEqual(await codeOf(await product.get(patterns, asUser(stack, stack.tokens.other_tenant))), [
        403,
        "FORBIDDEN",
      ]);
      deepEqual(await codeOf(await product.get(patterns, { apikey: stack.keys.publishableKey })), [403, "FORBIDDEN"]);
      deepEqual(await codeOf(await product.get(patterns)), [401, "UNAUTHENTICATED"]);
    }
  },
);

e2e(
  "a scope cannot be chosen by the caller: parameters, headers and bodies that name another owner change nothing",
  async () => {
    const { stack } = product;
    const foreign = asUser(stack, stack.tokens.other_tenant);
    deepEqual(await codeOf(await product.get(`${patterns}&owner_id=x`, foreign)), [400, "BAD_REQUEST"]);
    deepEqual(await codeOf(await product.get(`${patterns}&agent_id=${otherAgent}`, foreign)), [400, "BAD_REQUEST"]);
    for (const header of ["x-user-id", "x-forwarded-user", "x-original-url", "x-http-method-override"]) {
      deepEqual(await codeOf(await product.get(patterns, { ...foreign, [header]: memberAgent })), [403, "FORBIDDEN"]);
    }
  },
);

e2e("every credential that is not genuine is refused with 401, whatever else comes with it", async () => {
  const { stack } = product;
  const { jwtSecret, publishableKey, secretKey } = stack.keys;
  const issuer = `${stack.origin}/auth/v1`;
  const genuine = { jwtSecret, issuer, subject: "a0000000-0000-4000-8000-000000000002" };
  const sign = (header: Record<string, string>, claims: Record<string, unknown>, secret = jwtSecret) =>
    new SignJWT(claims).setProtectedHeader({ alg: "HS256", ...header }).sign(new TextEncoder().encode(secret));
  const claims = {
    sub: genuine.subject,
    role: "authenticated",
    aud: "authenticated",
    iss: issuer,
    exp: Math.floor(Date.now() / 1000) + 600,
  };
  const encode = (part: unknown) =>
    btoa(JSON.stringify(part)).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");
  const { sub: _, ...nobody } = claims;
  const tokens: Record<string, string> = {
    "expired": await mintToken({ ...genuine, lifetimeSeconds: -60 }),
    "signed with another secret": await sign({ kid: "local" }, claims, "x".repeat(48)),
    "unsigned": `${encode({ alg: "none", kid: "local" })}.${encode(claims)}.`,
    "without a key id": await sign({}, claims),
    "with an unknown key id": await sign({ kid: "other" }, claims),
    "of another issuer": await sign({ kid: "local" }, { ...claims, iss: "https://elsewhere.example/auth/v1" }),
    "for another audience": await sign({ kid: "local" }, { ...claims, aud: "somebody" }),
    "without a subject": await sign({ kid: "local" }, nobody),
    "not valid yet": await sign({ kid: "local" }, { ...claims, nbf: claims.exp }),
    "of the anonymous role": await sign({ kid: "local" }, { ...claims, role: "anon" }),
    "garbage": "not.a.token",
  };
  for (const [what, token] of Object.entries(tokens)) {
    for (const apikey of [publishableKey, secretKey]) {
      const response = await product.get(distributions, { apikey, authorization: `Bearer ${token}` });
      deepEqual(await codeOf(response), [401, "UNAUTHENTICATED"], `a token ${what}`);
    }
  }
  for (const apikey of ["sb_publishable_wrong", "sb_secret_wrong"]) {
    deepEqual(await codeOf(await product.get(distributions, { apikey })), [401, "UNAUTHENTICATED"]);
  }
  deepEqual(
    await codeOf(await product.get(distributions, { authorization: `Bearer ${secretKey}` })),
    [401, "UNAUTHENTICATED"],
  );
});

e2e("bad input gets a 4xx that names the field and the reason", async () => {
  const key = { apikey: product.stack.keys.publishableKey };
  const response = await product.get("/arena/lane-distributions?challenge_id=1&weeks=2", key);
  equal(response.status, 400);
  const problem = await response.json();
  deepEqual(problem.errors.map((error: { field: string }) => error.field).sort(), ["challenge_id", "weeks"]);
  deepEqual(await codeOf(await product.get("/arena/lane-distributions", key)), [400, "BAD_REQUEST"]);
  deepEqual(await codeOf(await product.get("/arena/nothing", key)), [404, "NOT_FOUND"]);
  const posted = await fetch(`${product.stack.origin}/functions/v1/analytics${distributions}`, {
    method: "POST",
    headers: key,
    body: "{}",
  });
  equal(posted.headers.get("allow"), "GET, HEAD, OPTIONS");
  deepEqual(await codeOf(posted), [405, "METHOD_NOT_ALLOWED"]);
});

e2e("an answer that has not moved is a 304, and a refresh makes it a 200 within three seconds", async () => {
  const key = { apikey: product.stack.keys.publishableKey };
  const first = await product.get(distributions, key);
  const etag = first.headers.get("etag") ?? "";
  const { version } = (await first.json()).meta;
  equal(first.headers.get("cache-control"), "private, max-age=0, must-revalidate");
  equal((await product.get(distributions, { ...key, "if-none-match": etag })).status, 304);

  await product.sql`
    insert into public.submissions (agent_id, challenge_id, status, final_lane_scores)
    values (${memberAgent}, ${challenge}, 'scored', '{"TMA": 35}')`;
  await refreshAll(product.sql);
  await pause(3_000);
  for (let isolate = 0; isolate < 2; isolate++) {
    const response = await product.get(distributions, {
      ...key,
      "if-none-match": etag,
      "x-freshet-isolate": `${isolate}`,
    });
    equal(response.status, 200);
    const { data, meta } = await response.json();
    equal(data[0].sample_count, 7);
    equal(meta.version, version + 1);
  }
});

e2e(
  "a page chooses among what its reader may see: challenges with something to show, own agents, their challenges",
  async () => {
    const { stack } = product;
    const member = asUser(stack, stack.tokens.member);
    const rowsOf = async (path: string, headers: Record<string, string>) => {
      const response = await product.get(path, headers);
      equal(response.status, 200, path);
      return await response.json();
    };
    const { data, meta } = await rowsOf("/arena/challenges", { apikey: stack.keys.publishableKey });
    deepEqual(
      data.map((row: { title: string; lanes_count: number; withheld_lanes_count: number }) => [
        row.title,
        row.lanes_count,
        row.withheld_lanes_count,
      ]),
      [["Essay", 1, 0]],
    );
    equal(meta.withheld_count, 1, "the small one has nothing to show");

    const agents = await rowsOf("/arena/agents", member);
    deepEqual(agents.data, [{ agent_id: memberAgent, name: "canary-member" }]);
    for (const path of ["/arena/agent-challenges", `/arena/agent-challenges?agent_id=${memberAgent}`]) {
      const { data } = await rowsOf(path, member);
      deepEqual(
        data.map((row: { agent_name: string; challenge_title: string; submissions_count: number }) => [
          row.agent_name,
          row.challenge_title,
          row.submissions_count,
        ]),
        [["canary-member", "Essay", 4], ["canary-member", "Small", 1]],
      );
    }
    const foreign = await product.get(`/arena/agent-challenges?agent_id=${otherAgent}`, member);
    deepEqual(await codeOf(foreign), [403, "FORBIDDEN"]);
  },
);

e2e("an agent has its new name within three seconds, a challenge its new title after a refresh", async () => {
  const { sql, stack } = product;
  const headers = asUser(stack, stack.tokens.member);
  const namesIn = async (path: string) => {
    const { data: [row] } = await (await product.get(path, headers)).json();
    return [row.agent_name, row.challenge_title];
  };
  for (const path of [patterns, progress]) deepEqual(await namesIn(path), ["canary-member", "Essay"], path);
  await sql`update public.agents set name = 'canary-renamed' where id = ${memberAgent}`;
  await sql`update public.challenges set title = 'Composition' where id = ${challenge}`;
  await pause(3_000);
  for (const path of [patterns, progress]) deepEqual(await namesIn(path), ["canary-renamed", "Essay"], path);
  await refreshAll(sql);
  await pause(3_000);
  for (const path of [patterns, progress]) deepEqual(await namesIn(path), ["canary-renamed", "Composition"], path);
  const { data } = await (await product.get(distributions, { apikey: stack.keys.publishableKey })).json();
  equal(data[0].challenge_title, "Composition");
  await sql`update public.agents set name = 'canary-member' where id = ${memberAgent}`;
  await sql`update public.challenges set title = 'Essay' where id = ${challenge}`;
  await refreshAll(sql);
  await pause(3_000);
});

e2e("CSV carries the same rows", async () => {
  const response = await product.get(`${progress}&format=csv`, { apikey: product.stack.keys.secretKey });
  match(response.headers.get("content-type") ?? "", /^text\/csv/);
  const lines = (await response.text()).trimEnd().split("\r\n");
  equal(
    lines[0],
    "agent_id,agent_name,challenge_id,challenge_title,week,submission_count,avg_composite_score,best_composite_score,worst_composite_score,wow_composite_delta",
  );
  equal(lines[1], `${memberAgent},canary-member,${challenge},Essay,2026-01-05,1,10,10,10,`);
  equal(lines.length, 4);
});

e2e("the catalog lists every resource, and health says ok to anybody", async () => {
  const catalog = await product.get("/catalog", { apikey: product.stack.keys.publishableKey });
  equal(catalog.status, 200);
  ok((await catalog.text()).includes("arena/time-to-first-win"));
  const health = await product.get("/health");
  equal((await health.json()).status, "ok");
  equal(health.status, 200);
});

e2e("clients read no view directly, and only admins refresh by hand", async () => {
  const { stack } = product;
  const clientOf = (token: string) =>
    createClient(stack.origin, stack.keys.publishableKey, {
      db: { schema: "analytics" },
      global: { headers: { authorization: `Bearer ${token}` } },
      auth: { persistSession: false, autoRefreshToken: false },
    });
  const member = clientOf(stack.tokens.member);
  equal((await member.from("mv_agent_progress").select("*")).error?.code, "42501");
  equal((await member.from("views").select("*")).error?.code, "42501");
  equal((await member.rpc("read_view", { view_name: "mv_agent_progress", request: {} })).error?.code, "42501");
  equal((await member.rpc("manual_refresh", { view_name: "mv_agent_progress" })).error?.code, "42501");
  equal((await member.rpc("health_check")).error?.code, "42501");

  const admin = clientOf(stack.tokens.admin);
  const refreshed = await admin.rpc("manual_refresh", { view_name: "mv_agent_progress" });
  equal(refreshed.error, null);
  const again = await admin.rpc("manual_refresh", { view_name: "mv_agent_progress" });
  equal(again.status, 429);
  const [registered] = await product.sql`select count(*)::integer as views from analytics.views`;
  equal((await admin.rpc("health_check")).data.length, registered?.views);
});

e2e("the audit takes the cron key and no other credential", async () => {
  const { stack } = product;
  const post = (headers: Record<string, string>) =>
    fetch(`${stack.origin}/functions/v1/cron-audit?dry_run=1`, { method: "POST", headers });
  for (
    const headers of [
      {},
      { apikey: stack.keys.publishableKey },
      { apikey: stack.keys.secretKey },
      asUser(stack, stack.tokens.admin),
      { authorization: `Bearer ${stack.keys.cronKey}` },
    ] as Record<string, string>[]
  ) {
    equal((await codeOf(await post(headers)))[0], 401);
  }
  const permitted = await post({ apikey: stack.keys.cronKey });
  equal(permitted.status, 200);
  await permitted.body?.cancel();
});

e2e("every part listens on loopback only", async () => {
  const addresses = await listeningAddresses();
  const { port } = new URL(product.stack.origin);
  ok(addresses.includes(`127.0.0.1:${port}`), `the origin is not among: ${addresses.join(", ")}`);
  deepEqual(addresses.filter((address) => !/^(127\.|::1:)/.test(address)), []);
});

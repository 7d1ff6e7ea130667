import assert from "node:assert/strict";
import { createAnalyticsRpc } from "../../../../shared/adapters/supabase/analytics_rpc.ts";
import { createSupabaseServer, createSupabaseSource } from "../../../../shared/adapters/supabase/source.ts";
import { AppError, type ErrorCode } from "../../../../shared/kernel/app_error.ts";
import { environmentWith, KEYS, ORIGIN } from "../../../support/fixtures/tokens.ts";

const REQUEST = { columns: ["lane_key"], filters: [], scope: null, order: [], limit: 5 };
const STATE = {
  version: 3,
  refreshed_at: "2026-11-20T10:00:00.123+00:00",
  verified_at: "2026-11-20T10:00:00.123+00:00",
  source_as_of: null,
  stale_after_seconds: 1_200,
  populated: true,
};

const ANSWER = {
  state: STATE,
  reads: {},
  denied: false,
  scope_values: null,
  total_count: null,
  withheld_count: null,
  rows: [{ lane_key: "a" }],
};

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A source whose data API answers as told, and what it was sent. */
function sourceAnswering(respond: () => Response | Promise<Response>) {
  const sent: Sent[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const body = request.method === "GET" ? null : await request.json();
    sent.push({ url: request.url, method: request.method, headers: request.headers, body });
    return await respond();
  };
  const rpc = createAnalyticsRpc(environmentWith(), fetch);
  return { sent, source: createSupabaseSource(rpc), server: createSupabaseServer(rpc) };
}

Deno.test("the source calls read_view in schema analytics with the secret key", async () => {
  const { sent, source } = sourceAnswering(() => Response.json(ANSWER));
  const { rows, state } = await source.read("mv_x", REQUEST);
  assert.deepEqual(rows, [{ lane_key: "a" }]);
  assert.equal(state.refreshed_at, "2026-11-20T10:00:00.123Z");
  const [call] = sent;
  assert.equal(call?.url, `${ORIGIN}/rest/v1/rpc/read_view`);
  assert.equal(call?.headers.get("content-profile"), "analytics");
  assert.equal(call?.headers.get("apikey"), KEYS.secret);
  assert.deepEqual(call?.body, { view_name: "mv_x", request: REQUEST });
});

Deno.test("the source calls read_person for another person's rows, and a refusal of the log is a fault without a word of it", async () => {
  const reading = {
    reader: { kind: "user", subject: "tutor" },
    relation: "learners_of_tutor",
    resource: "sample/study-days",
    parameters: { limit: 100 },
    request_id: "00000000-0000-4000-8000-000000000001",
  } as const;
  const denial = { code: "42501", message: "permission denied for table access_log", details: null, hint: null };
  const { sent, source } = sourceAnswering(() => Response.json(denial, { status: 403 }));
  await assert.rejects(source.readPerson("study_days", REQUEST, reading), {
    code: "INTERNAL",
    defect: "read_person failed [42501, HTTP 403]",
  });
  assert.equal(sent[0]?.url, `${ORIGIN}/rest/v1/rpc/read_person`);
  assert.deepEqual(sent[0]?.body, { view_name: "study_days", request: REQUEST, reading });
});

Deno.test("the source reads the state of all views at once", async () => {
  const { source } = sourceAnswering(() => Response.json({ mv_x: { ...STATE, later_field: 1 } }));
  const states = await source.states();
  assert.equal(states["mv_x"]?.version, 3);
});

Deno.test("the source reads states one by one: what cannot be read is unreadable, and nothing else is", async () => {
  const spoilt = { ...STATE, source_as_of: "infinity" };
  const { source } = sourceAnswering(() => Response.json({ mv_x: STATE, mv_y: spoilt, mv_z: null }));
  const states = await source.states();
  assert.equal(states["mv_x"]?.version, 3);
  assert.equal(states["mv_x"]?.unreadable, undefined);
  assert.equal(states["mv_y"]?.unreadable, "source_as_of");
  assert.equal(states["mv_z"]?.unreadable, "the top");
});

Deno.test("a state that came with rows and cannot be read is unreadable, and so is one of what they rest on", async () => {
  const spoilt = { ...STATE, verified_at: "10000-01-01T00:00:00+00:00" };
  const answer = {
    state: spoilt,
    reads: { mv_y: spoilt },
    denied: false,
    scope_values: null,
    total_count: null,
    withheld_count: null,
    rows: [],
  };
  const { source } = sourceAnswering(() => Response.json(answer));
  const { state, reads } = await source.read("mv_x", REQUEST);
  assert.deepEqual([state.unreadable, reads["mv_y"]?.unreadable], ["verified_at", "verified_at"]);
});

const refusal = (code: string, status: number) => () =>
  Response.json({ code, message: "planted row text", details: "planted", hint: "planted" }, { status });

const FAILURES: readonly (readonly [string, () => Response | Promise<Response>, ErrorCode])[] = [
  ["an unreachable API", () => Promise.reject(new TypeError("planted connection refused")), "SOURCE_UNAVAILABLE"],
  ["a timeout", () => Promise.reject(new DOMException("planted", "TimeoutError")), "SOURCE_UNAVAILABLE"],
  ["a gateway without an upstream", () => new Response("<html>planted", { status: 502 }), "SOURCE_UNAVAILABLE"],
  ["a database that is stopping", refusal("57P01", 500), "SOURCE_UNAVAILABLE"],
  ["a statement that ran out of time", refusal("57014", 500), "SOURCE_UNAVAILABLE"],
  ["what was asked for too often", refusal("PT429", 429), "RATE_LIMITED"],
  ["too many connections", refusal("53300", 503), "SOURCE_UNAVAILABLE"],
  ["a lock that is not available", refusal("55P03", 500), "SOURCE_UNAVAILABLE"],
  ["a pool that is exhausted", refusal("PGRST003", 504), "SOURCE_UNAVAILABLE"],
  ["a local data API whose statement ran out of time", refusal("SUP", 500), "SOURCE_UNAVAILABLE"],
  ["an unknown view", refusal("42P01", 404), "INTERNAL"],
  ["an unknown column", refusal("42703", 400), "INTERNAL"],
  ["a missing right", refusal("42501", 403), "INTERNAL"],
  ["a function that is not there", refusal("PGRST202", 404), "INTERNAL"],
  ["a wrong key", refusal("", 401), "INTERNAL"],
  ["an answer of another shape", () => Response.json({ state: STATE, planted: "planted" }), "INTERNAL"],
];

for (const [what, respond, code] of FAILURES) {
  Deno.test(`the source takes ${what} for ${code}, and passes on nothing that was said`, async () => {
    const { source } = sourceAnswering(respond);
    const error = await source.read("mv_x", REQUEST).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof AppError);
    assert.equal(error.code, code);
    assert.equal(error.retry_after_seconds, code === "SOURCE_UNAVAILABLE" ? 5 : null);
    assert.doesNotMatch(`${error.message} ${error.defect} ${error.stack} ${JSON.stringify(error)}`, /planted/);
  });
}

Deno.test("the source asks once: it does not retry behind the caller's back", async () => {
  const { sent, source } = sourceAnswering(() => new Response("", { status: 503 }));
  await assert.rejects(source.read("mv_x", REQUEST));
  assert.equal(sent.length, 1);
});

const POSITION = { server: "1", is_replica: true, history: "7.1", position: 7, lag_ms: 12 };
const REPLICA_ANSWER = { ...ANSWER, rows: [{ lane_key: "ä & b" }], server: POSITION };

Deno.test("a server is asked by GET, with the request as JSON in the address and the secret key in a header", async () => {
  const { sent, server } = sourceAnswering(() => Response.json(REPLICA_ANSWER));
  const request = { ...REQUEST, filters: [{ column: "lane_key", op: "eq", value: "ä & b" }] } as const;
  const answer = await server.read("mv_x", request);
  assert.deepEqual([answer.rows, answer.server], [REPLICA_ANSWER.rows, POSITION]);
  const [call] = sent;
  const url = new URL(call?.url ?? "");
  assert.deepEqual([call?.method, url.pathname], ["GET", "/rest/v1/rpc/get_view"]);
  assert.deepEqual([...url.searchParams.keys()].sort(), ["request", "view_name"]);
  assert.deepEqual(JSON.parse(url.searchParams.get("request") ?? ""), request);
  assert.deepEqual(
    [call?.headers.get("accept-profile"), call?.headers.get("apikey")],
    ["analytics", KEYS.secret],
  );
});

Deno.test("a server says which question is too long for an address", async () => {
  const { sent, server } = sourceAnswering(() => Response.json(REPLICA_ANSWER));
  const asking = (values: readonly string[]) =>
    ({ ...REQUEST, filters: [{ column: "id", op: "in", value: values }] }) as const;
  const ids = Array.from({ length: 150 }, () => crypto.randomUUID());
  assert.equal(server.fits("mv_x", asking(ids)), false);
  assert.equal(server.fits("mv_x", asking(ids.slice(0, 80))), true);
  await server.read("mv_x", asking(ids.slice(0, 80)));
  assert.ok(new URL(sent[0]?.url ?? "").search.length <= 6_001);
});

for (
  const [what, respond] of [
    ["an HTML page", () => new Response("<html>planted", { headers: { "content-type": "text/html" } })],
    ["an HTML page of a proxy with 404", () => new Response("<html>planted", { status: 404 })],
    ["nothing", () => new Response(null, { status: 204 })],
    ["an empty page", () => new Response("")],
    ["rows without their server", () => Response.json(ANSWER)],
    [
      "a server without its history",
      () => Response.json({ ...REPLICA_ANSWER, server: { ...POSITION, history: undefined } }),
    ],
  ] as const
) {
  Deno.test(`a server that answers with ${what} has failed`, async () => {
    const { server } = sourceAnswering(respond);
    await assert.rejects(server.read("mv_x", REQUEST), AppError);
    await assert.rejects(server.states(), AppError);
  });
}

Deno.test("a server that fails is asked once, although it is asked by GET", async () => {
  const { sent, server } = sourceAnswering(() => new Response("", { status: 503 }));
  await assert.rejects(server.read("mv_x", REQUEST), { code: "SOURCE_UNAVAILABLE" });
  await assert.rejects(server.states(), { code: "SOURCE_UNAVAILABLE" });
  assert.deepEqual(sent.map(({ method, url }) => [method, new URL(url).pathname]), [
    ["GET", "/rest/v1/rpc/get_view"],
    ["GET", "/rest/v1/rpc/get_view_states"],
  ]);
});

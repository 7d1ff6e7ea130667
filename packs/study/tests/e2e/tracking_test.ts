// Tracking through the origin, as supabase-js calls it: who is let in, what is refused with which status, and what of
// the request is stored.
import { deepEqual, equal, match } from "node:assert/strict";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { issuerOf } from "../../../../stack/function_environment.ts";
import { mintToken } from "../../../../stack/tokens.ts";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import { type Product, startProduct } from "../../../../tests/support/rigs/product.ts";

const topic = "00000000-0000-4000-8000-0000000000a1";
const question = "00000000-0000-4000-8000-0000000000c1";
const agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

let product: Product;
let ada: SupabaseClient;

Deno.test.beforeAll(async () => {
  product = await startProduct({ redis: false });
  await product.sql`insert into public.topics (id, name) values (${topic}, 'Anatomy')`;
  const { stack } = product;
  const token = await mintToken({
    jwtSecret: stack.keys.jwtSecret,
    issuer: issuerOf(stack.origin),
    subject: "ada",
    claims: {},
  });
  ada = client(stack.keys.publishableKey, { authorization: `Bearer ${token}`, "user-agent": agent });
});
Deno.test.afterAll(() => product.stop());

function client(key: string, headers: Record<string, string> = {}): SupabaseClient {
  return createClient(product.stack.origin, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    global: { headers },
  });
}

function event(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    event_id: id,
    event_type: "session_start",
    session_id: "morning",
    created_at: new Date().toISOString(),
    ...more,
  };
}

e2e("a signed-in user tracks a batch, and an odd event is rejected alone", async () => {
  const ids = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()] as const;
  const { data, status } = await ada.rpc("track_batch", {
    events: [
      event(ids[0]),
      event(ids[1], { created_at: "2026-02-30T00:00:00Z" }),
      event(ids[2], { event_type: "topic_view", topic_id: topic, properties: { tabs: ["a", "b"], zoom: 1.5 } }),
      event(ids[0]),
    ],
  });
  equal(status, 200);
  deepEqual(
    data.results.map((result: Record<string, unknown>) => [result["event_id"], result["status"], result["code"]]),
    [[ids[0], "accepted", null], [ids[1], "rejected", "invalid_value"], [ids[2], "accepted", null], [
      ids[0],
      "duplicate",
      null,
    ]],
  );
  const rows = await product.sql`
    select event_type, properties, host(ip_network) as network, masklen(ip_network) as bits, browser, device_type
    from public.study_events where user_id = 'ada' and event_id in ${product.sql([...ids])} order by event_type`;
  const request = { network: "127.0.0.0", bits: 24, browser: "firefox", device_type: "desktop" };
  deepEqual([...rows].map((row) => ({ ...row })), [
    { event_type: "session_start", properties: {}, ...request },
    { event_type: "topic_view", properties: { tabs: ["a", "b"], zoom: 1.5 }, ...request },
  ]);
});

e2e("single calls take the documents' names and answer with their rows", async () => {
  const answer = await ada.rpc("track_question_attempt", {
    session_id: "single",
    question_id: question,
    topic_id: topic,
    selected_answer: "A",
    correct_answer: "B",
    time_to_answer_seconds: 45,
    properties: { deck: "bones" },
  });
  equal(answer.status, 200, JSON.stringify(answer.error));
  equal(answer.data.attempt.is_correct, false);
  equal(answer.data.session.questions_attempted, 1);
  const [row] = await product.sql`select properties from public.study_events where event_id = ${answer.data.event_id}`;
  deepEqual(row?.["properties"], { deck: "bones" });
  const started = await ada.rpc("track_session_start", { session_id: "single", device_type: "web" });
  equal(started.data.session.device_type, "desktop");
  const ended = await ada.rpc("track_session_end", { session_id: "single" });
  equal(ended.data.session.events_count, 3);
  const plain = await ada.rpc("track_event", { session_id: "single", event_type: "review_start" });
  equal(plain.data.status, "accepted");
});

e2e("what is wrong with a call is 400 with a remedy, whatever it is", async () => {
  const calls: [string, Record<string, unknown>, RegExp][] = [
    ["track_batch", { events: { a: 1 } }, /^"events" is a JSON object/],
    ["track_batch", { events: Array.from({ length: 501 }, () => 1) }, /^the batch has 501 events/],
    ["track_batch", { events: ["x".repeat(262_141)] }, /^the batch has 262145 bytes/],
    ["track_event", { session_id: "s", event_type: "login" }, /^the event was rejected as unknown_type/],
    ["track_event", { session_id: "s", event_type: "topic_view", topic_id: "a1" }, /uuid/],
    [
      "track_event",
      { session_id: "s", event_type: "review_start", created_at: "infinity" },
      /^the event was rejected as invalid_value/,
    ],
  ];
  for (const [name, body, message] of calls) {
    const { status, error } = await ada.rpc(name, body);
    equal(status, 400, `${name}: ${JSON.stringify(error)}`);
    match(error?.message ?? "", message);
  }
});

e2e("a call without a user is refused: 401 without a token, 403 with a secret key", async () => {
  for (const name of ["track_batch", "track_session_start"]) {
    const body = name === "track_batch" ? { events: [] } : { session_id: "s" };
    const anonymous = await client(product.stack.keys.publishableKey).rpc(name, body);
    deepEqual([anonymous.status, anonymous.error?.code], [401, "42501"], name);
    const service = await client(product.stack.keys.secretKey).rpc(name, body);
    deepEqual([service.status, service.error?.code], [403, "42501"], name);
    match(service.error?.hint ?? "", /^Sign in, and call with the user's access token/);
  }
});

e2e("a user reads their own rows of the writing tables, and no row of the log", async () => {
  const attempts = await ada.from("question_attempts").select("user_id");
  deepEqual(attempts.data, [{ user_id: "ada" }]);
  const log = await ada.from("study_events").select("event_id");
  deepEqual([log.status, log.error?.code], [403, "42501"]);
});

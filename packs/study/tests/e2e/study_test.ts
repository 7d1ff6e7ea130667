// The study pack through the origin. Tracking as supabase-js calls it: who is let in, what is refused with which status,
// and what of the request is stored. Then what the readers get of it.
import { deepEqual, equal, match } from "node:assert/strict";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { issuerOf } from "../../../../stack/function_environment.ts";
import { mintToken } from "../../../../stack/tokens.ts";
import { createTracker, type Rejection, type TrackerTrouble } from "../../../../shared/client/mod.ts";
import { FakeStorage } from "../../../../tests/support/fakes/tracking_browser.ts";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import { type Product, startProduct } from "../../../../tests/support/rigs/product.ts";

const topic = "00000000-0000-4000-8000-0000000000a1";
const question = "00000000-0000-4000-8000-0000000000c1";
const agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

let product: Product;
let ada: SupabaseClient;
let adas_headers: Record<string, string>;

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
  adas_headers = { apikey: stack.keys.publishableKey, authorization: `Bearer ${token}` };
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

e2e("an answer of yesterday is in every list of its user once the jobs have run", async () => {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString();
  const answer = {
    event_type: "question_attempt",
    session_id: "evening",
    question_id: question,
    topic_id: topic,
    selected_answer: "B",
    correct_answer: "B",
    time_to_answer_seconds: 8,
  };
  const sent = await ada.rpc("track_batch", {
    events: [event(crypto.randomUUID(), { ...answer, created_at: yesterday })],
  });
  equal(sent.data.accepted, 1, JSON.stringify(sent.data));
  await product.sql`call analytics.update_topic_mastery()`;
  await product.sql`call analytics.run_study_batch()`;
  // The batch of yesterday may have been finished before the answer arrived: a late event waits for the next night.
  await product.sql`select freshet.aggregate_study_days(array['ada'], (now() at time zone 'UTC')::date)`;

  const lists: readonly [path: string, check: (row: Record<string, unknown>) => void][] = [
    ["/study/activity", (row) => equal(row["stat_date"], yesterday.slice(0, 10))],
    ["/study/sessions", (row) => equal(row["user_id"], "ada")],
    ["/study/mastery", (row) => equal(row["topic_name"], "Anatomy")],
    [`/study/topics/daily?topic_id=${topic}`, (row) => equal(row["questions_correct"], 1)],
    [`/study/questions/history?question_id=${question}`, (row) => match(String(row["next_review_on"]), /^\d{4}-/)],
    ["/study/first-attempt-accuracy", (row) => equal(row["first_attempt_accuracy"], 1)],
    ["/study/reviews/due?days_ahead=30", (row) => equal(row["question_id"], question)],
  ];
  for (const [path, check] of lists) {
    const response = await product.get(path, adas_headers);
    equal(response.status, 200, path);
    const { data } = await response.json();
    equal(data.length >= 1, true, `${path} has a row`);
    check(data[0]);
  }
});

e2e(
  "another person's figures are refused until the relation lists that person, and then logged and kept nowhere",
  async () => {
    const { sql, stack } = product;
    const path = "/study/mastery?user_id=ben";
    await sql`insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, attempted_at)
    values (${crypto.randomUUID()}, 'ben', ${question}, ${topic}, true, now())`;
    await sql`call analytics.update_topic_mastery()`;

    const refused = await product.get(path, adas_headers);
    equal(refused.status, 403);
    equal((await refused.text()).includes("ben"), false);
    await sql.unsafe(`create or replace function freshet.scope_study_people_of_caller(subject text) returns setof text
    language sql stable set search_path = pg_catalog, pg_temp as $$ select 'ben' where subject = 'ada' $$`);
    const allowed = await product.get(path, adas_headers);
    equal(allowed.status, 200);
    match(allowed.headers.get("cache-control") ?? "", /no-store/);
    deepEqual((await allowed.json()).data.map((row: Record<string, unknown>) => row["user_id"]), ["ben"]);
    const log = await sql`select reader_id, person_id, resource from analytics.access_log where person_id = 'ben'`;
    deepEqual([...log].map((row) => ({ ...row })), [{ reader_id: "ada", person_id: "ben", resource: "study/mastery" }]);

    const unnamed = await product.get("/study/mastery", { apikey: stack.keys.secretKey });
    equal(unnamed.status, 400, "the secret key has to name a person");
  },
);

e2e(
  "the client's tracker sends through the origin: each event is stored once, and what is at fault is rejected",
  async () => {
    const { keys, origin } = product.stack;
    const minted = { jwtSecret: keys.jwtSecret, issuer: issuerOf(origin), claims: {} };
    let token = await mintToken({ ...minted, subject: "tess", lifetimeSeconds: -60 });
    const storage = new FakeStorage();
    const rejections: Rejection[] = [];
    const troubles: TrackerTrouble[] = [];
    const tracker = createTracker({
      url: origin,
      key: keys.publishableKey,
      token: () => token,
      storage,
      onRejected: (rejection) => rejections.push(rejection),
      onError: (trouble) => troubles.push(trouble),
    });
    try {
      tracker.sessionStart({ device_type: "tablet" });
      const attempt = { question_id: question, selected_answer: "A", correct_answer: "A", time_to_answer_seconds: 45 };
      const event_id = tracker.questionAttempt({ ...attempt, topic_id: topic, is_hint_used: true });
      tracker.questionAttempt({ ...attempt, topic_id: question });
      tracker.track({ event_type: "review_start", properties: { note: "\u0000" } });
      tracker.track({ event_type: "topic_view", topic_id: topic, properties: { tabs: ["a", "b"] } });
      tracker.sessionEnd();
      await tracker.flush();
      deepEqual([troubles.map(({ code }) => code), storage.length], [["UNAUTHENTICATED"], 6]);

      token = await mintToken({ ...minted, subject: "tess" });
      const copy = new Map(storage.items);
      await tracker.flush();
      deepEqual([troubles.length, storage.length], [1, 0]);
      const codes = rejections.map(({ event, code }) => [event?.event_type, code]);
      deepEqual(codes.map(([type]) => type).sort(), ["question_attempt", "review_start"]);
      equal(codes.find(([type]) => type === "question_attempt")?.[1], "unknown_topic");

      // As after a reply that was lost: everything again.
      for (const [key, text] of copy) storage.setItem(key, text);
      await tracker.flush();
      equal(storage.length, 0);
      const stored = await product.sql`
      select event_type, count(distinct session_id)::int as sessions from public.study_events
      where user_id = 'tess' group by event_type order by event_type`;
      deepEqual([...stored].map(({ event_type, sessions }) => [event_type, sessions]), [
        ["question_attempt", 1],
        ["session_end", 1],
        ["session_start", 1],
        ["topic_view", 1],
      ]);
      const [session] = await product.sql`
      select events_count, questions_correct, device_type, ended_at is not null as is_ended
      from public.study_sessions where user_id = 'tess'`;
      deepEqual({ ...session }, { events_count: 4, questions_correct: 1, device_type: "tablet", is_ended: true });
      const [answer] = await product
        .sql`select event_id, is_hint_used from public.question_attempts where user_id = 'tess'`;
      deepEqual({ ...answer }, { event_id, is_hint_used: true });
    } finally {
      tracker.stop();
    }
  },
);

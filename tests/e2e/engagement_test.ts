// The engagement resources through the origin: what an admin reads, worked out by hand, and who is refused.
import { deepEqual, equal } from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { learner, plantEngagement, question, quiz, track } from "../support/fixtures/engagement.ts";
import { asUser, type Product, startProduct } from "../support/rigs/product.ts";
import { pause } from "../../stack/pause.ts";

let product: Product;

Deno.test.beforeAll(async () => {
  product = await startProduct({ redis: false });
  await plantEngagement(product.sql);
  const { origin, keys } = product.stack;
  const service = createClient(origin, keys.secretKey, {
    db: { schema: "analytics" },
    auth: { persistSession: false },
  });
  const { data, error } = await service.rpc("refresh_all_views");
  equal(error, null);
  const outcomes = data.map(({ outcome }: { outcome: string }) => outcome);
  deepEqual(outcomes.filter((outcome: string) => !["refreshed", "skipped_clean"].includes(outcome)), []);
  await pause(3_000); // until every isolate has seen it
});
Deno.test.afterAll(() => product.stop());

const answers: Record<string, readonly Record<string, unknown>[]> = {
  "popular-tracks": [{
    track_id: track,
    title: "Rivers",
    learners_count: 5,
    sessions_count: 15,
    completed_quizzes_count: 3,
    total_seconds: 900,
    popularity_rank: 1,
  }],
  "tracks": [{ track_id: track, title: "Rivers" }],
  "streak-dropoffs": [
    { streak_days: 1, reached_count: 5, ended_count: 1, dropoff_rate: 0.2 },
    { streak_days: 2, reached_count: 4, ended_count: 1, dropoff_rate: 0.25 },
    { streak_days: 3, reached_count: 3, ended_count: 1, dropoff_rate: 0.3333 },
    { streak_days: 4, reached_count: 2, ended_count: 1, dropoff_rate: 0.5 },
    { streak_days: 5, reached_count: 1, ended_count: 0, dropoff_rate: 0 },
  ],
  "quiz-completion-rates": [{
    track_id: track,
    track_title: "Rivers",
    quiz_id: quiz,
    started_count: 5,
    completed_count: 3,
    completion_rate: 0.6,
    avg_score: 3,
    median_duration_ms: 3_000,
  }],
  "review-session-usage": [{
    week_start: "2026-02-23",
    sessions_count: 5,
    learners_count: 5,
    cards_reviewed_count: 15,
    completion_rate: 0.6,
  }],
  "explanation-engagement": [{
    question_id: question,
    question_text: "Why does a river bend?",
    views_count: 6,
    learners_count: 5,
    median_dwell_ms: 3,
    helpful_rate: 0.6,
    revisit_rate: 0.2,
  }],
  "summary-stats": [{
    as_of_on: "2026-03-05",
    learners_count: 5,
    active_learners_7d: 5,
    active_learners_30d: 5,
    sessions_count: 15,
    completed_quizzes_count: 3,
    completion_rate: 0.6,
    longest_streak_days: 5,
  }],
  [`active-learning-days?active_from=2026-03-05&active_to=2026-03-05`]: [{
    user_id: learner(5),
    active_on: "2026-03-05",
    sessions_count: 1,
    quiz_attempts_count: 5,
    review_sessions_count: 0,
    active_seconds: 60,
  }],
  [`active-learning-days?user_id=${learner(1)}`]: [{
    user_id: learner(1),
    active_on: "2026-03-01",
    sessions_count: 1,
    quiz_attempts_count: 0,
    review_sessions_count: 1,
    active_seconds: 60,
  }],
};

for (const [path, rows] of Object.entries(answers)) {
  Deno.test({
    name: `/engagement/${path} answers admins and the secret key, and refuses everybody else`,
    sanitizeOps: false, // background parts of the stack outlive a single test
    sanitizeResources: false,
    async fn() {
      const { stack } = product;
      const ask = (headers: Record<string, string>) => product.get(`/engagement/${path}`, headers);
      for (const headers of [asUser(stack, stack.tokens.admin), { apikey: stack.keys.secretKey }]) {
        const response = await ask(headers);
        equal(response.status, 200);
        deepEqual((await response.json()).data, rows);
      }
      const refused = [
        asUser(stack, stack.tokens.member),
        { apikey: stack.keys.publishableKey },
        { apikey: stack.keys.cronKey },
      ];
      for (const headers of refused) equal((await (await ask(headers)).json()).code, "FORBIDDEN");
      equal((await (await ask({})).json()).code, "UNAUTHENTICATED");
    },
  });
}

Deno.test({
  name: "a track and a question that are renamed have their new names within three seconds, without a refresh",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const named = {
      "quiz-completion-rates": "track_title",
      "tracks": "title",
      "explanation-engagement": "question_text",
    };
    await product.sql`update public.tracks set title = 'Streams'`;
    await product.sql`update public.questions set stem = 'Why does a stream bend?'`;
    await pause(3_000);
    const shown: Record<string, unknown> = {};
    for (const [name, column] of Object.entries(named)) {
      const response = await product.get(`/engagement/${name}`, { apikey: product.stack.keys.secretKey });
      shown[name] = (await response.json()).data[0][column];
    }
    deepEqual(shown, {
      "quiz-completion-rates": "Streams",
      "tracks": "Streams",
      "explanation-engagement": "Why does a stream bend?",
    });
  },
});

Deno.test({
  name: "active days come a page at a time, the newest first",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const days: string[] = [];
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({ limit: "4", ...(cursor === undefined ? {} : { cursor }) });
      const response = await product.get(`/engagement/active-learning-days?${query}`, {
        apikey: product.stack.keys.secretKey,
      });
      const { data, meta } = await response.json();
      days.push(...data.map((row: { active_on: string; user_id: string }) => `${row.active_on} ${row.user_id.at(-1)}`));
      cursor = meta.next_cursor;
    } while (cursor !== undefined && cursor !== null);
    deepEqual(days, [
      "2026-03-05 5",
      ..."54".split("").map((user) => `2026-03-04 ${user}`),
      ..."543".split("").map((user) => `2026-03-03 ${user}`),
      ..."5432".split("").map((user) => `2026-03-02 ${user}`),
      ..."54321".split("").map((user) => `2026-03-01 ${user}`),
    ]);
  },
});

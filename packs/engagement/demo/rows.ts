import type postgres from "postgres";

const TRACKS = ["First steps", "Hearts by ear", "Reading images", "Before the exam"];

/** A number from 0 to below 1 that is the same in each run: no random one is. */
const CHANCE = (text: string) => `(('x' || left(md5(${text}), 8))::bit(32)::bigint / 4294967296.0)`;

/**
 * Four tracks and twelve weeks of sixty learners that end yesterday: sessions, attempts at quizzes, reviews and opened
 * explanations. All are made up: the data set says what was submitted, and not who looked at what.
 */
export async function plantDemoEngagement(sql: postgres.Sql): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`
      insert into public.tracks (id, title)
      select md5('demo:track:' || t.place)::uuid, t.title || ' (made up)'
      from unnest(${TRACKS}::text[]) with ordinality as t (title, place)
      on conflict (id) do nothing`;
    // A learner has a habit, keeps to a track, and learns less at weekends.
    await transaction.unsafe(`
      create temporary table demo_days on commit drop as
      select
          d.*, md5('demo:learner:' || d.learner)::uuid as user_id, md5(d.learner || ':' || d.days_ago) as chance,
          md5('demo:track:' || d.track)::uuid as track_id,
          date_trunc('day', now(), 'UTC') - interval '1 day' * d.days_ago
              + interval '7 hours' + interval '12 hours' * ${CHANCE("d.learner || ':' || d.days_ago || ':at'")} as at
      from (
          select l.learner, n.days_ago, 1 + floor(4 * power(${CHANCE("'track:' || l.learner")}, 1.6))::integer as track
          from generate_series(1, 60) as l (learner)
          cross join generate_series(1, 84) as n (days_ago)
      ) as d
      where ${CHANCE("'active:' || d.learner || ':' || d.days_ago")}
          < (0.1 + 0.75 * ${CHANCE("'habit:' || d.learner")})
              * case when extract(isodow from now() at time zone 'UTC' - interval '1 day' * d.days_ago) > 5 then 0.5 else 1 end`);
    await transaction.unsafe(`
      insert into public.learning_sessions (id, user_id, track_id, started_at, duration_seconds)
      select md5('demo:session:' || d.chance)::uuid, d.user_id, d.track_id, d.at,
          case when ${CHANCE("d.chance || 'reported'")} < 0.95 then 300 + floor(3000 * ${
      CHANCE("d.chance || 'long'")
    }) end
      from pg_temp.demo_days as d
      on conflict (id) do nothing`);
    await transaction.unsafe(`
      insert into public.quiz_attempts (id, user_id, track_id, quiz_id, started_at, completed_at, score, duration_ms)
      select
          md5('demo:attempt:' || a.chance)::uuid, a.user_id, a.track_id, md5('demo:quiz:' || a.track || ':' || a.quiz)::uuid,
          a.started_at, case when a.is_done then a.started_at + interval '1 second' * a.seconds end,
          case when a.is_done then 35 + floor(66 * sqrt(${CHANCE("a.chance || 'score'")})) end,
          case when a.is_done then 1000 * a.seconds end
      from (
          select d.*, q.quiz, d.at + interval '2 minutes' as started_at,
              ${CHANCE("d.chance || 'done'")} < 0.85 - 0.09 * d.track - 0.1 * q.quiz as is_done,
              120 + floor(700 * ${CHANCE("d.chance || 'seconds'")})::integer as seconds
          from pg_temp.demo_days as d
          cross join lateral (select 1 + floor(2 * ${CHANCE("d.chance || 'which'")})::integer as quiz) as q
          where ${CHANCE("d.chance || 'quiz'")} < 0.4
      ) as a
      on conflict (id) do nothing`);
    await transaction.unsafe(`
      insert into public.review_sessions (id, user_id, started_at, completed_at, cards_reviewed_count, duration_seconds)
      select md5('demo:review:' || r.chance)::uuid, r.user_id, r.started_at,
          case when ${CHANCE("r.chance || 'whole'")} < 0.55 + 0.003 * (84 - r.days_ago)
              then r.started_at + interval '1 second' * r.seconds end,
          4 + floor(26 * ${CHANCE("r.chance || 'cards'")}), r.seconds
      from (
          select d.*, d.at + interval '50 minutes' as started_at,
              90 + floor(600 * ${CHANCE("d.chance || 'pace'")})::integer as seconds
          from pg_temp.demo_days as d
          where ${CHANCE("d.chance || 'review'")} < 0.35
      ) as r
      on conflict (id) do nothing`);
    // The ids are those of the question bank's made-up questions, for a project that has that pack.
    await transaction.unsafe(`
      insert into public.explanation_views (id, user_id, question_id, viewed_at, dwell_ms, is_helpful)
      select md5('demo:view:' || d.chance || n.number)::uuid, d.user_id,
          md5('demo:question:' || 1 + floor(24 * power(${CHANCE("d.chance || n.number || 'which'")}, 1.8)))::uuid,
          d.at + interval '3 minutes' * n.number,
          case when ${CHANCE("d.chance || n.number || 'seen'")} < 0.9
              then 4000 + floor(50000 * ${CHANCE("d.chance || n.number || 'dwell'")}) end,
          case when ${CHANCE("d.chance || n.number || 'said'")} < 0.45
              then ${CHANCE("d.chance || n.number || 'helpful'")} < 0.72 end
      from pg_temp.demo_days as d
      cross join generate_series(1, 2) as n (number)
      where ${CHANCE("d.chance || n.number || 'open'")} < 0.3
      on conflict (id) do nothing`);
  });
}

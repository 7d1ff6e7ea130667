import type postgres from "postgres";

export const track = "70000000-0000-4000-8000-000000000001";
export const quiz = "71000000-0000-4000-8000-000000000001";
export const question = "72000000-0000-4000-8000-000000000001";

/** The five learners, 1 to 5. */
export function learner(number: number): string {
  return `73000000-0000-4000-8000-00000000000${number}`;
}

/**
 * Five learners in one track. Learner n is active on the first n days of March 2026, with one session of 60 s on each: 15
 * sessions; of the streaks of 1 to 5 days four are over on 03-05. On 03-01, a Sunday, each reviews n cards; the odd ones
 * complete it. On 03-05 learner 5 starts the quiz five times; the odd attempts are completed, with n points in n seconds.
 * Each opens the explanation for n ms, learner 1 twice; 3, 4 and 5 find it helpful.
 */
export async function plantEngagement(sql: postgres.Sql): Promise<void> {
  await sql`insert into public.tracks (id, title) values (${track}, 'Rivers')`;
  await sql`insert into public.questions (id, stem) values (${question}, 'Why does a river bend?')`;
  for (const number of [1, 2, 3, 4, 5]) {
    const user_id = learner(number);
    const is_odd = number % 2 === 1;
    await sql`
      insert into public.learning_sessions (user_id, track_id, started_at, duration_seconds)
      select ${user_id}, ${track}, make_timestamptz(2026, 3, day, 9, 0, 0, 'UTC'), 60
      from generate_series(1, ${number}::integer) as day`;
    await sql`
      insert into public.review_sessions (user_id, started_at, completed_at, cards_reviewed_count)
      values (${user_id}, '2026-03-01 12:00+00', ${is_odd ? "2026-03-01 12:10+00" : null}, ${number})`;
    await sql`
      insert into public.quiz_attempts (user_id, track_id, quiz_id, started_at, completed_at, score, duration_ms)
      values (${learner(5)}, ${track}, ${quiz}, '2026-03-05 09:00+00', ${is_odd ? "2026-03-05 09:30+00" : null},
        ${number}, ${number * 1_000})`;
    await sql`
      insert into public.explanation_views (user_id, question_id, viewed_at, dwell_ms, is_helpful)
      values (${user_id}, ${question}, '2026-03-05 10:00+00', ${number}, ${number > 2})`;
  }
  await sql`
    insert into public.explanation_views (user_id, question_id, viewed_at)
    values (${learner(1)}, ${question}, '2026-03-05 11:00+00')`;
}

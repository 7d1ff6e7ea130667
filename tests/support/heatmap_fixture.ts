import type postgres from "postgres";

/**
 * Forty questions in four spellings of two lesions. Question n is answered n % 9 + 1 times in each of twelve weeks over a
 * turn of the year: below five a row stays inside.
 */
export async function plantHeatmap(sql: postgres.Sql): Promise<void> {
  await sql`
    insert into public.questions (id, stem, lesion, topic)
    select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'canary-stem ' || n,
        (array['VSD', ' vsd', 'Tetralogy_of-Fallot', 'tetralogy of fallot'])[1 + n % 4], 'Topic ' || n % 3
    from generate_series(1, 40) as n`;
  await sql`
    insert into public.responses (question_id, user_id, is_correct, duration_ms, answered_at)
    select q.id, gen_random_uuid(), (week + answer) % 3 = 0, case when answer % 2 = 0 then answer * 1000 end,
        '2025-11-17 00:00+00'::timestamptz + week * interval '7 days' + answer * interval '1 hour'
    from public.questions as q
    cross join generate_series(0, 11) as week
    cross join lateral generate_series(1, right(q.id::text, 4)::integer % 9 + 1) as answer`;
  await sql`select analytics.refresh_view('analytics_heatmap_agg'), analytics.refresh_view('mv_lesion_topic_weeks')`;
}

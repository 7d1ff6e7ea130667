-- Three completed attempts: x on Sunday 2026-03-01 23:59:59 UTC (week of 02-23), y and z on Monday 03-02 00:00:00 (week of 03-02).
-- Filler words: x two (at 0 ms and 59,999 ms), y one (at 60,000 ms), and one of y at an unknown moment; interruptions: z one, at 61 s.
-- An abandoned attempt has events that no figure counts.
--   minutes   filler words: 0 -> 2 events in 1 attempt, 1 -> 1 in 1     interruptions: 1 -> 1 in 1
--   weeks     filler words: 02-23 -> 2 events, 1 of 1 attempts, 2 per attempt; 03-02 -> 2 events, 1 of 2, 1 per attempt
--             interruptions: 02-23 -> 0 of 1; 03-02 -> 1 event, 1 of 2, 0.5; the four other types: zeros in both weeks
--   users     u1 made x, y and z: 3 attempts, 4 filler words, 1 interruption; scored x (60) and y (70)
begin;
select plan(6);

set local timezone = 'America/New_York';
insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id) values ('u1'), ('u2');
insert into public.org_members (org_id, user_id) select '00000000-0000-0000-0000-0000000000a1', u.id from public.users as u;
insert into public.scenario_attempts (id, org_id, user_id, status, score, started_at)
select md5(a.name)::uuid, '00000000-0000-0000-0000-0000000000a1', a.who, a.status, a.score, a.at
from (values
    ('x', 'u1', 'completed', 60, '2026-03-01 23:59:59+00'::timestamptz), ('y', 'u1', 'completed', 70, '2026-03-02 00:00:00+00'),
    ('z', 'u1', 'completed', null, '2026-03-02 00:00:00+00'), ('gone', 'u2', 'abandoned', 50, '2026-03-02 00:00:00+00')
) as a (name, who, status, score, at);
insert into analytics.fact_kpi_events (attempt_id, org_id, user_id, event_type, timestamp_ms)
select md5(e.attempt)::uuid, '00000000-0000-0000-0000-0000000000a1', e.who, e.event_type, e.ms
from (values
    ('x', 'u1', 'filler_word', 0), ('x', 'u1', 'filler_word', 59999), ('y', 'u1', 'filler_word', 60000), ('y', 'u1', 'filler_word', null),
    ('z', 'u1', 'interruption', 61000), ('gone', 'u2', 'filler_word', 5)
) as e (attempt, who, event_type, ms);
select analytics.refresh_view(v) from unnest(array['mv_kpi_call_minutes', 'mv_kpi_weeks', 'mv_kpi_users']) as v;

select results_eq(
    $$ select event_type, minute_of_call, events_count, attempts_count from analytics.mv_kpi_call_minutes order by event_type, minute_of_call $$,
    $$ values ('filler_word'::text, 0, 2::bigint, 1::bigint), ('filler_word', 1, 1, 1), ('interruption', 1, 1, 1) $$,
    'minutes of the call'
);
select results_eq(
    $$ select event_type, week_start, events_count, attempts_with_events_count, attempts_count, events_per_attempt
       from analytics.mv_kpi_weeks where event_type in ('filler_word', 'interruption') order by event_type, week_start $$,
    $$ values ('filler_word'::text, date '2026-02-23', 2::bigint, 1::bigint, 1::bigint, 2.0000), ('filler_word', '2026-03-02', 2, 1, 2, 1.0000),
              ('interruption', '2026-02-23', 0, 0, 1, 0.0000), ('interruption', '2026-03-02', 1, 1, 2, 0.5000) $$,
    'weeks begin on Monday 00:00 UTC'
);
select results_eq(
    $$ select event_type, sum(events_count), count(*) from analytics.mv_kpi_weeks where event_type not in ('filler_word', 'interruption')
       group by event_type order by event_type $$,
    $$ values ('keyword_mentioned'::text, 0::numeric, 2::bigint), ('long_pause', 0, 2), ('objection_raised', 0, 2), ('question_asked', 0, 2) $$,
    'every type has every week'
);
select results_eq(
    $$ select event_type, attempts_count, events_count, scored_count, score_sum from analytics.mv_kpi_users
       where event_type in ('filler_word', 'interruption', 'question_asked') order by event_type $$,
    $$ values ('filler_word'::text, 3::bigint, 4::bigint, 2::bigint, 130::numeric), ('interruption', 3, 1, 2, 130), ('question_asked', 3, 0, 2, 130) $$,
    'who has no event has a row of zero'
);
select is((select count(*) from analytics.mv_kpi_users), 6::bigint, 'who has no completed attempt has no row');

select is(
    (select count(*) from analytics.kpi_event_types as t where freshet.assert_kpi_event_type(t.event_type)), 6::bigint,
    'the types that have zeros are the six that events may have'
);

select * from finish();
rollback;

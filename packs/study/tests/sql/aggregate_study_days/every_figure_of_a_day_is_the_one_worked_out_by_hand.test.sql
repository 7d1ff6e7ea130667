begin;
select plan(11);

-- Two days that are over: `d` and the one after it.
create temporary table days as select (now() at time zone 'UTC')::date - 2 as d, (now() at time zone 'UTC')::date - 1 as next_day;
create function pg_temp.at(day_offset integer, clock interval) returns timestamptz language sql stable
as $$ select ((d + day_offset)::timestamp + clock) at time zone 'UTC' from days $$;
create function pg_temp.event(event_type text, at timestamptz, user_id text default 'u1') returns void language sql
as $$ insert into public.study_events (event_id, user_id, event_type, created_at) values (gen_random_uuid(), user_id, event_type, at) $$;
create function pg_temp.answer(topic integer, is_correct boolean, seconds numeric, at timestamptz) returns void language sql
as $$
    insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, time_to_answer_seconds, attempted_at)
    values (gen_random_uuid(), 'u1', gen_random_uuid(), md5('topic ' || topic)::uuid, is_correct, seconds, at)
$$;
create function pg_temp.aggregate() returns integer language sql
as $$ select freshet.fold_study_changes(); select freshet.aggregate_study_days(array['u1', 'u2'], (select next_day from days)) $$;

insert into public.topics (id, name) select md5('topic ' || n)::uuid, 'Topic ' || n from generate_series(1, 2) as n;

select pg_temp.event('session_start', pg_temp.at(0, '10:00'));
select pg_temp.event('material_open', pg_temp.at(0, '10:05'));
select pg_temp.event('question_view', pg_temp.at(0, '23:59:59.999999'));
select pg_temp.event('question_view', pg_temp.at(1, '00:00'));
select pg_temp.event('session_end', pg_temp.at(1, '00:20'));
select pg_temp.event('topic_view', pg_temp.at(0, '12:00'), 'u2');
select pg_temp.answer(1, true, 10, pg_temp.at(0, '10:10'));
select pg_temp.answer(1, false, 20.5, pg_temp.at(0, '10:20'));
select pg_temp.answer(2, true, null, pg_temp.at(0, '23:59:59.999999'));
insert into public.study_sessions (session_id, user_id, started_at, last_event_at)
values
    (repeat('a', 64), 'u1', pg_temp.at(0, '10:00'), pg_temp.at(0, '10:30:00.4')),
    -- Crosses midnight: half an hour, all of it the first day's.
    (repeat('b', 64), 'u1', pg_temp.at(0, '23:50'), pg_temp.at(1, '00:20'));

select is(pg_temp.aggregate(), 3, 'two days of one user and one of another are aggregated');

prepare figures as
    select
        user_id, stat_date - (select d from days), events_count, sessions_count, study_seconds, questions_attempted,
        questions_correct, accuracy_rate, avg_time_to_answer_seconds, materials_viewed, topics_count
    from analytics.daily_user_stats
    order by user_id, stat_date;
select results_eq(
    'figures',
    $$
    values
        ('u1', 0, 3, 2, 3600::bigint, 3, 2, 0.666667, 15.250, 1, 2),
        ('u1', 1, 2, 0, 0, 0, 0, null, null, 0, 0),
        ('u2', 0, 1, 0, 0, 0, 0, null, null, 0, 0)
    $$,
    'a microsecond before midnight is the first day, midnight the next; a session that crosses it belongs to its first day, whole'
);
select results_eq(
    $$ select topic_id, stat_date - (select d from days), questions_attempted, questions_correct, accuracy_rate, avg_time_to_answer_seconds
       from analytics.topic_daily_stats where user_id = 'u1' order by accuracy_rate $$,
    $$ values (md5('topic 1')::uuid, 0, 2, 1, 0.5, 15.25), (md5('topic 2')::uuid, 0, 1, 1, 1.0, null) $$,
    'and so does each topic'
);
select is((select array_agg(distinct calculation_version) from analytics.daily_user_stats), array[freshet.study_version()], 'the rules are named');
select is(pg_temp.aggregate(), 0, 'nothing is aggregated that did not change');

-- Late: what happened on the first day arrives now, and moves the beginning of a session.
select pg_temp.event('material_open', pg_temp.at(0, '09:00'));
select pg_temp.answer(2, false, 0.25, pg_temp.at(0, '09:00'));
update public.study_sessions set started_at = pg_temp.at(0, '09:00') where session_id = repeat('a', 64);
select is(pg_temp.aggregate(), 1, 'late events aggregate their day again, and no other');
select results_eq(
    'figures',
    $$
    values
        ('u1', 0, 4, 2, 7200::bigint, 4, 2, 0.500000, 10.250, 2, 2),
        ('u1', 1, 2, 0, 0, 0, 0, null, null, 0, 0),
        ('u2', 0, 1, 0, 0, 0, 0, null, null, 0, 0)
    $$,
    'with all of its events, early and late'
);

-- A session whose beginning moves to the day before leaves one day and joins another.
update public.study_sessions set started_at = pg_temp.at(-1, '23:00') where session_id = repeat('a', 64);
select pg_temp.aggregate();
select results_eq(
    $$ select stat_date - (select d from days), events_count, sessions_count, study_seconds from analytics.daily_user_stats where user_id = 'u1' order by 1 $$,
    $$ values (-1, 0, 1, 41400::bigint), (0, 4, 1, 1800), (1, 2, 0, 0) $$,
    'both days are aggregated'
);
delete from public.study_sessions where session_id = repeat('a', 64);
delete from public.question_attempts where topic_id = md5('topic 2')::uuid;
select pg_temp.aggregate();
select results_eq(
    $$ select stat_date - (select d from days), sessions_count, questions_attempted from analytics.daily_user_stats where user_id = 'u1' order by 1 $$,
    $$ values (0, 1, 2), (1, 0, 0) $$,
    'a day of which nothing remains has no row'
);
select is((select count(*) from analytics.topic_daily_stats where topic_id = md5('topic 2')::uuid), 0::bigint, 'nor has a topic');

-- Today is not over: its mark waits.
select pg_temp.event('topic_view', now(), 'u2');
select pg_temp.aggregate();
select results_eq(
    $$ select user_id, stat_date from freshet.days_to_aggregate $$,
    $$ select 'u2', next_day + 1 from days $$,
    'a day that is not over keeps its mark'
);

select * from finish();
rollback;

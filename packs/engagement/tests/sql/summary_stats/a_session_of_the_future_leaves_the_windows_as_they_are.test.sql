-- Five learners: 1 to 3 were active yesterday and the day before, 4 forty days ago, 5 never but in the year 2199, where learner 1 has a session
-- too. The newest day that has come is yesterday: three learners in seven and in thirty days; five in all; the longest streak has two days.
-- Streaks: three of two days that go on, and learner 4's of one day, ended: length 1: reached 4, ended 1; length 2: reached 3, ended 0.
begin;
select plan(4);

insert into public.tracks (id, title) values ('00000000-0000-0000-0000-0000000000a1', 'A');
create function pg_temp.session(learner integer, days_ago integer) returns void language sql as $$
    insert into public.learning_sessions (user_id, track_id, started_at)
    values (('00000000-0000-0000-0000-00000000000' || learner)::uuid, '00000000-0000-0000-0000-0000000000a1',
        ((now() at time zone 'UTC')::date - days_ago) + time '00:00' at time zone 'UTC');
$$;
select pg_temp.session(l, d) from generate_series(1, 3) as l cross join generate_series(1, 2) as d;
select pg_temp.session(4, 40);
select analytics.refresh_all_views();
create temporary table before as select * from analytics.summary_stats;
create temporary table streaks_before as select * from analytics.streak_dropoffs;

insert into public.learning_sessions (user_id, track_id, started_at)
select ('00000000-0000-0000-0000-00000000000' || l)::uuid, '00000000-0000-0000-0000-0000000000a1', '2199-01-01 10:00+00' from unnest(array[1, 5]) as l;
select pg_temp.session(5, -1);
select analytics.refresh_all_views();

select results_eq(
    $$ select as_of_on, learners_count, active_learners_7d, active_learners_30d, longest_streak_days from analytics.summary_stats $$,
    $$ values ((now() at time zone 'UTC')::date - 1, 5::bigint, 3::bigint, 3::bigint, 2) $$,
    'as worked out above'
);
select results_eq(
    $$ select as_of_on, active_learners_7d, active_learners_30d, longest_streak_days from analytics.summary_stats $$,
    $$ select as_of_on, active_learners_7d, active_learners_30d, longest_streak_days from before $$,
    'the windows are what they were without it'
);
select results_eq(
    $$ select streak_days, reached_count, ended_count from analytics.streak_dropoffs order by streak_days $$,
    $$ values (1, 4::bigint, 1::bigint), (2, 3, 0) $$, 'no streak has ended because of it'
);
select results_eq($$ select * from analytics.streak_dropoffs order by streak_days $$, $$ select * from streaks_before order by streak_days $$, 'the streaks are what they were, too');

select * from finish();
rollback;

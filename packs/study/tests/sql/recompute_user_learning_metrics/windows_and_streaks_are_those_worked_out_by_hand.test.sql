begin;
select plan(7);

-- The day that the batch closes, whichever it is.
create function pg_temp.day(user_id text, days_ago integer, attempted integer default 0, correct integer default 0, seconds bigint default 0, sessions integer default 0)
returns void language sql
as $$
    insert into analytics.daily_user_stats
    values (user_id, date '2026-03-31' - days_ago, 1, sessions, seconds, attempted, correct, null, null, 0, 0, now(), 'planted')
$$;
create function pg_temp.mastery(user_id text, topic integer, score numeric) returns void language sql
as $$
    insert into analytics.topic_mastery
    values (user_id, md5(topic::text)::uuid, score, 0, 0, 0, 0, 1, 1, 1, 1, now(), now(), 'planted')
$$;

-- The first and the last day inside each window, and the day on either side of it.
select pg_temp.day('windows', -1, 1000, 1000, 100000, 100);
select pg_temp.day('windows', 0, 10, 5, 100, 1);
select pg_temp.day('windows', 6, 20, 20, 200, 2);
select pg_temp.day('windows', 7, 30, 3, 300, 3);
select pg_temp.day('windows', 29, 40, 4, 400, 4);
select pg_temp.day('windows', 30, 1000, 1000, 100000, 100);
select pg_temp.mastery('windows', 1, 0.8);
select pg_temp.mastery('windows', 2, 0.799999);
select pg_temp.mastery('windows', 3, 0.1);

select pg_temp.day('three days', d) from unnest(array[0, 1, 2, 4, 5]) as d;
select pg_temp.day('forty-two days', d) from generate_series(0, 41) as d;
select pg_temp.day('until yesterday', d) from generate_series(1, 9) as d;
select pg_temp.day('long ago', 400);
select pg_temp.mastery('only reading', 1, 0.2);

-- Left from an earlier night.
insert into analytics.user_learning_metrics values ('forgotten', '2026-03-30', 9, 9, null, null, 9, 9, 9, 9, 9, null, 9, 9, null, now(), 'old');

select freshet.recompute_user_learning_metrics(
    array['windows', 'three days', 'forty-two days', 'until yesterday', 'long ago', 'only reading', 'forgotten', 'unknown'], '2026-03-31'
);

select results_eq(
    $$ select as_of_date, questions_attempted_7d, questions_attempted_30d, accuracy_rate_7d, accuracy_rate_30d, study_seconds_7d,
              study_seconds_30d, sessions_count_30d, active_days_30d
       from analytics.user_learning_metrics where user_id = 'windows' $$,
    $$ values (date '2026-03-31', 30, 100, 0.833333, 0.32, 300::bigint, 1000::bigint, 10, 4) $$,
    'seven days are the day itself and the six before it, thirty the day and the 29 before it'
);
select results_eq(
    $$ select avg_mastery_score, topics_started_count, topics_mastered_count, last_active_on, calculation_version
       from analytics.user_learning_metrics where user_id = 'windows' $$,
    $$ values (0.566666, 3, 1, date '2026-03-31', freshet.study_version()) $$,
    'a topic is mastered from 0.8 on; a day after the batch''s day does not count as activity'
);
select results_eq(
    $$ select user_id, current_streak_days, active_days_30d, last_active_on from analytics.user_learning_metrics where user_id <> 'windows' order by user_id $$,
    $$
    values
        ('forty-two days', 42, 30, date '2026-03-31'),
        ('long ago', 0, 0, date '2025-02-24'),
        ('only reading', 0, 0, null),
        ('three days', 3, 5, date '2026-03-31'),
        ('until yesterday', 0, 9, date '2026-03-30')
    $$,
    'a streak ends on the batch''s day and goes back over any window; a user of whom nothing remains has no row'
);
select results_eq(
    $$ select accuracy_rate_7d, accuracy_rate_30d, avg_mastery_score from analytics.user_learning_metrics where user_id = 'long ago' $$,
    $$ values (null::numeric, null::numeric, null::numeric) $$,
    'rates without answers and mastery without topics are null'
);
select results_eq(
    $$ select accuracy_rate_30d, avg_mastery_score, topics_started_count, topics_mastered_count from analytics.user_learning_metrics where user_id = 'only reading' $$,
    $$ values (null::numeric, 0.2, 1, 0) $$,
    'who has only read has mastery and no activity'
);

-- Again, for the day after: the windows move, the row stays one.
select freshet.recompute_user_learning_metrics(array['windows', 'until yesterday'], '2026-04-01');
select results_eq(
    $$ select questions_attempted_7d, questions_attempted_30d, current_streak_days from analytics.user_learning_metrics where user_id = 'windows' $$,
    $$ values (1010, 1060, 2) $$,
    'the next night''s windows are a day later'
);
select is((select count(*) from analytics.user_learning_metrics), 6::bigint, 'and other users'' rows are untouched');

select * from finish();
rollback;

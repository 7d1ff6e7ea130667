begin;
select plan(17);

create temporary table days as select (now() at time zone 'UTC')::date - 1 as closed, (now() at time zone 'UTC')::date - 2 as before;
delete from analytics.study_batches;
insert into public.topics (id, name) values (md5('a')::uuid, 'A'), (md5('b')::uuid, 'B'), (md5('c')::uuid, 'C');
insert into public.topic_prerequisites values (md5('a')::uuid, md5('b')::uuid), (md5('b')::uuid, md5('a')::uuid), (md5('c')::uuid, md5('a')::uuid);
-- Five users, u1 to u5, with an answer on each of the two days before today.
insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, attempted_at)
select gen_random_uuid(), 'u' || n, md5('q')::uuid, md5('a')::uuid, true, (d::timestamp + interval '12 hours') at time zone 'UTC'
from generate_series(1, 5) as n, days, unnest(array[closed, before]) as d;
-- u6 has only looked at something, so has no mastery.
insert into public.study_events (event_id, user_id, event_type, created_at)
select gen_random_uuid(), 'u6', 'topic_view', (closed::timestamp + interval '12 hours') at time zone 'UTC' from days;
-- Of u0 there is only what an earlier night left.
insert into analytics.user_learning_metrics select 'u0', before, 9, 9, null, null, 9, 9, 9, 9, 9, null, 9, 9, null, now(), 'old' from days;
select freshet.fold_study_changes();

select ok(not freshet.continue_study_batch(2), 'nothing is done before the batch has begun');
insert into analytics.study_batches (stat_date, last_user_id) select before, 'u3' from days;
select is(freshet.begin_study_batch(), (select closed from days), 'it begins for yesterday');
select matches(
    (select error from analytics.study_batches, days where stat_date = before), '^not finished when the batch of ',
    'one of an older day that was never finished is reported and not continued'
);
select results_eq(
    $$ select last_user_id, users_count, days_count, cycles_count, attempts_count, finished_at, error from analytics.study_batches, days where stat_date = closed $$,
    $$ values (null::text, 0, 0, 2, 1, null::timestamptz, null::text) $$,
    'the topics in circles are counted at the begin'
);
select results_eq(
    'select topic_id, prerequisite_impact from freshet.prerequisite_impacts order by 1',
    $$ select md5(n)::uuid, i from (values ('a', 2), ('b', 2), ('c', 0)) as v (n, i) order by 1 $$,
    'and what blocks what is computed there'
);

-- Three topics in the curriculum; u1 to u5 have studied one and have two days marked, u6 has one day, u0 nothing.
select results_eq(
    $$ select l, freshet.users_of_study_batch(null, n, l) from (values (3, 1), (3, 3), (3, 4), (2, 1000), (9, 76), (9, 77)) as v (n, l) $$,
    $$ values (1, array['u0']), (3, array['u0']), (4, array['u0', 'u1']), (1000, array['u0', 'u1']), (76, array['u0', 'u1']), (77, array['u0', 'u1', 'u2']) $$,
    'a transaction takes as many users as it has time for, and one at least'
);
select ok(freshet.continue_study_batch(2), 'the first two users');
select results_eq(
    $$ select last_user_id, users_count, days_count from analytics.study_batches, days where stat_date = closed $$,
    $$ values ('u1', 2, 2) $$,
    'progress stands beside the figures'
);
select results_eq(
    'select distinct user_id from analytics.daily_user_stats order by 1', array['u1'], 'of no more users than those'
);
select is((select count(*) from analytics.user_learning_metrics where user_id = 'u0'), 0::bigint, 'a user of whom nothing remains loses the old figures');
-- Called for again, as after a kill.
select is(freshet.begin_study_batch(), (select closed from days), 'a second run goes on');
select is(
    (select array[freshet.continue_study_batch(2), freshet.continue_study_batch(2), freshet.continue_study_batch(2), freshet.continue_study_batch(2)]), array[true, true, true, false],
    'to the last user, and then ends it'
);
select results_eq(
    $$ select last_user_id, users_count, days_count, attempts_count, finished_at is not null, error from analytics.study_batches, days where stat_date = closed $$,
    $$ values ('u6', 7, 11, 2, true, null::text) $$,
    'all users, all days, two runs'
);
select results_eq(
    $$
    select 'days', count(*) from analytics.daily_user_stats
    union all select 'topics', count(*) from analytics.topic_daily_stats
    union all select 'metrics', count(*) from analytics.user_learning_metrics
    union all select 'gaps', count(*) from analytics.knowledge_gaps
    union all select 'marks', count(*) from freshet.days_to_aggregate
    union all select 'as of the begin', count(*) from analytics.topic_mastery as m, analytics.study_batches as b, days where b.stat_date = closed and m.calculated_at = b.started_at
    $$,
    $$ values ('days', 11::bigint), ('topics', 10), ('metrics', 6), ('gaps', 18), ('marks', 0), ('as of the begin', 5) $$,
    'each figure was computed'
);
select is(freshet.begin_study_batch(), null, 'a batch that is finished is not begun again');
select ok(not freshet.continue_study_batch(2), 'and has nothing left');
select throws_ok('select freshet.continue_study_batch(0)', '22023', 'cannot take 0 users at a time', 'no users at a time would end it early');

select * from finish();
rollback;

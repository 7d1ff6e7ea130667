begin;
select plan(6);

create temporary table days as select (now() at time zone 'UTC')::date - 1 as closed;
delete from analytics.study_batches;
insert into public.topics (id, name) values (md5('a')::uuid, 'A');
insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, attempted_at)
select gen_random_uuid(), 'u' || n, md5('q')::uuid, md5('a')::uuid, true, (closed::timestamp + interval '12 hours') at time zone 'UTC'
from generate_series(1, 5) as n, days;
select freshet.fold_study_changes();

create function pg_temp.refuse() returns trigger language plpgsql
as $$ begin raise exception using errcode = current_setting('test.errcode'), message = 'figures of u3 are refused'; end $$;
create trigger refuse before insert on analytics.daily_user_stats for each row when (new.user_id = 'u3') execute function pg_temp.refuse();

select freshet.begin_study_batch();
-- Passes by itself: the step is undone, and the next run tries it again.
set local test.errcode = 'deadlock_detected';
select throws_ok('select freshet.continue_study_batch()', '40P01', null, 'an error that may pass by itself ends the step');
set local test.errcode = 'numeric_value_out_of_range';
select is((select array[freshet.continue_study_batch(), freshet.continue_study_batch()]), array[true, false], 'the batch ends');
select results_eq(
    'select user_id from analytics.user_learning_metrics order by 1', array['u1', 'u2', 'u4', 'u5'], 'with the figures of all other users'
);
select results_eq('select user_id from freshet.days_to_aggregate', array['u3'], 'the days of the one keep their marks for the next night');
select results_eq(
    $$ select users_count, days_count, failed_count, error from analytics.study_batches, days where stat_date = closed $$,
    $$ values (4, 4, 1, '1 users could not be computed, the last with SQLSTATE 22003') $$,
    'the ledger says so, and quotes no row of the user'
);
select throws_ok(
    'select analytics.check_study_batch()', '22000',
    (select format('study batch of %s: 1 users could not be computed, the last with SQLSTATE 22003', closed) from days),
    'and the morning''s check fails'
);

select * from finish();
rollback;

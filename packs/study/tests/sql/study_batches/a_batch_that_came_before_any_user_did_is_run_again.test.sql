begin;
select plan(7);

create temporary table days as select (now() at time zone 'UTC')::date - 1 as closed;
delete from analytics.study_batches;
select is(freshet.begin_study_batch(), (select closed from days), 'after the deployment, without any user,');
select ok(not freshet.continue_study_batch(), 'a batch ends at once');
select ok(not freshet.is_study_batch_due(), 'and is done for that day');
select is(freshet.begin_study_batch(), null, 'also when it is called for');

insert into public.topics (id, name) values (md5('a')::uuid, 'A');
insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, attempted_at)
select gen_random_uuid(), 'u', md5('q')::uuid, md5('a')::uuid, true, (closed::timestamp + interval '12 hours') at time zone 'UTC' from days;
select is(
    array[freshet.is_study_batch_due(), freshet.begin_study_batch() = (select closed from days)], array[true, true],
    'a history that is imported later makes it due again'
);
select freshet.fold_study_changes();
select freshet.continue_study_batch() from generate_series(1, 2);
select isnt_empty($$ select from analytics.user_learning_metrics where user_id = 'u' $$, 'so its users have figures');
select ok(not freshet.is_study_batch_due(), 'and then the day is done');

select * from finish();
rollback;

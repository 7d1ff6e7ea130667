-- A deadlock is no fault of a user's rows: the step is rolled back and comes again, and no error is noted.
begin;
select plan(2);

create or replace function freshet.answer_quality(is_correct boolean, is_hint_used boolean, time_to_answer_seconds numeric)
returns integer language plpgsql as $$ begin raise exception using errcode = '40P01', message = 'deadlock detected'; end $$;
insert into public.topics (id, name) values (md5('A')::uuid, 'A');
insert into public.question_attempts (event_id, user_id, question_id, topic_id, is_correct, attempted_at)
values (md5('1')::uuid, 'u', md5('1')::uuid, md5('A')::uuid, true, '2026-03-01 12:00+00');

select throws_ok($$ select freshet.fold_study_changes() $$, '40P01');
select results_eq(
    $$ select c.user_id, c.changed_on, c.error from freshet.study_changes as c $$, $$ values ('u'::text, date '2026-03-01', null::text) $$,
    'the change waits as before'
);

select * from finish();
rollback;

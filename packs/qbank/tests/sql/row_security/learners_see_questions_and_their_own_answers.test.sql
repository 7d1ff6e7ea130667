begin;
select plan(6);

insert into public.questions (id, lesion, topic) values ('00000000-0000-0000-0000-000000000001', 'VSD', 'Shunts');
insert into public.responses (question_id, user_id, is_correct) values
    ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000e1', true),
    ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000e2', false),
    ('00000000-0000-0000-0000-000000000001', null, false);

set local role authenticated;
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000e1", "role": "authenticated"}';
select results_eq($$ select user_id, is_correct from public.responses $$, $$ values ('00000000-0000-0000-0000-0000000000e1'::uuid, true) $$, 'a learner sees own answers');
select is((select count(*) from public.questions), 1::bigint, 'and the questions');
select throws_ok($$ insert into public.responses (question_id, is_correct) values ('00000000-0000-0000-0000-000000000001', true) $$, '42501', null, 'clients write no answers');
select throws_ok($$ delete from public.questions $$, '42501', null, 'and delete no questions');

set local role anon;
select throws_ok($$ select * from public.responses $$, '42501', null, 'anon reads no answers');
select throws_ok($$ select * from public.questions $$, '42501', null, 'and no questions');

reset role;
select * from finish();
rollback;

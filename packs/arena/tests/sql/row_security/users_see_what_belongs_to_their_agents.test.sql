begin;
select plan(6);

insert into public.challenges (id, title) values ('00000000-0000-0000-0000-0000000000c1', 'A');
insert into public.agents (id, name, owner_id) values
    ('00000000-0000-0000-0000-0000000000a1', 'mine', '00000000-0000-0000-0000-0000000000e1'),
    ('00000000-0000-0000-0000-0000000000a2', 'theirs', '00000000-0000-0000-0000-0000000000e2');
insert into public.submissions (id, agent_id, challenge_id) values
    ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1'),
    ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-0000000000a2', '00000000-0000-0000-0000-0000000000c1');
insert into public.judge_outputs (submission_id, judge, lane_key) values
    ('00000000-0000-0000-0000-000000000001', 'j', 'l'), ('00000000-0000-0000-0000-000000000002', 'j', 'l');

set local role authenticated;
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000e1", "role": "authenticated"}';
select results_eq($$ select name from public.agents $$, $$ values ('mine'::text) $$, 'a user sees own agents');
select results_eq($$ select id from public.submissions $$, $$ values ('00000000-0000-0000-0000-000000000001'::uuid) $$, 'and their submissions');
select results_eq($$ select submission_id from public.judge_outputs $$, $$ values ('00000000-0000-0000-0000-000000000001'::uuid) $$, 'and what judges said of them');
select is((select count(*) from public.challenges), 1::bigint, 'the catalogue is open to signed-in users');
select throws_ok($$ insert into public.submissions (agent_id, challenge_id) values ('00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1') $$, '42501', null, 'clients write nothing');

set local role anon;
select throws_ok($$ select * from public.submissions $$, '42501', null, 'anon reads nothing');

reset role;
select * from finish();
rollback;

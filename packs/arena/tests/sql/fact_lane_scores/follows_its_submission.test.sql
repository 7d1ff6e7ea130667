begin;
select plan(15);

insert into public.challenges (id, title) values
    ('00000000-0000-0000-0000-0000000000c1', 'A'), ('00000000-0000-0000-0000-0000000000c2', 'B');
insert into public.agents (id, name) values
    ('00000000-0000-0000-0000-0000000000a1', 'one'), ('00000000-0000-0000-0000-0000000000a2', 'two');
create function pg_temp.facts() returns setof text language sql as $$
    select format('%s %s: %s %s=%s %s %s', right(f.submission_id::text, 1), f.lane_number, right(f.agent_id::text, 2) || right(f.challenge_id::text, 2), f.lane_key, f.lane_score, f.flaw, f.lane_value)
    from analytics.fact_lane_scores as f order by f.submission_id, f.lane_number $$;

insert into public.submissions (id, agent_id, challenge_id, status, final_lane_scores) values
    ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'scored', '{"TMA": 10, "Exam": "word"}'),
    ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'judging', '{"TMA": 20}'),
    ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-0000000000a2', '00000000-0000-0000-0000-0000000000c2', 'scored', null);
select results_eq('select pg_temp.facts()', array['1 1: a1c1 TMA=10  ', '1 2: a1c1 Exam= the value is no number "word"'], 'a scored submission has a fact for each lane, what cannot be read among them');
update public.submissions set status = 'scored' where id = '00000000-0000-0000-0000-000000000002';
select is((select count(*) from analytics.fact_lane_scores), 3::bigint, 'one that becomes scored gets its own');
update public.submissions set final_lane_scores = '{"TMA": 11}' where id = '00000000-0000-0000-0000-000000000001';
select results_eq('select pg_temp.facts()', array['1 1: a1c1 TMA=11  ', '2 1: a1c1 TMA=20  '], 'a new score replaces the old one, and a lane that is gone has no fact');
update public.submissions set final_lane_scores = '{"TMA": 11.0}' where id = '00000000-0000-0000-0000-000000000001';
select results_eq('select pg_temp.facts()', array['1 1: a1c1 TMA=11.0  ', '2 1: a1c1 TMA=20  '], 'also one that differs in its zeros alone');
update public.submissions set challenge_id = '00000000-0000-0000-0000-0000000000c2', agent_id = '00000000-0000-0000-0000-0000000000a2'
where id = '00000000-0000-0000-0000-000000000001';
select results_eq('select pg_temp.facts()', array['1 1: a2c2 TMA=11.0  ', '2 1: a1c1 TMA=20  '], 'a submission that changes hands takes its facts along');
update public.submissions set created_at = '2026-01-01 00:00+00' where id = '00000000-0000-0000-0000-000000000002';
select is((select created_at from analytics.fact_lane_scores where lane_score = 20), '2026-01-01 00:00+00'::timestamptz, 'and so does its moment');
update public.submissions set id = '00000000-0000-0000-0000-000000000009' where id = '00000000-0000-0000-0000-000000000002';
select results_eq('select pg_temp.facts()', array['1 1: a2c2 TMA=11.0  ', '9 1: a1c1 TMA=20  '], 'and a new id');
update public.submissions set final_lane_scores = '[1]' where id = '00000000-0000-0000-0000-000000000009';
select results_eq('select pg_temp.facts()', array['1 1: a2c2 TMA=11.0  ', '9 1: a1c1 = the lane has no name [1]'], 'a value that is no object is one flaw');
update public.submissions set final_lane_scores = jsonb_build_object(repeat('x', 5000), 1, repeat('y', 200), 2) where id = '00000000-0000-0000-0000-000000000009';
select is((select array_agg(flaw order by lane_number) from analytics.fact_lane_scores where submission_id = '00000000-0000-0000-0000-000000000009'), array[null, 'the name of the lane is longer than 200 characters'], 'a name that no index could hold stops no writer');
update public.submissions set status = 'rejected' where id = '00000000-0000-0000-0000-000000000009';
select results_eq('select pg_temp.facts()', array['1 1: a2c2 TMA=11.0  '], 'one that is no longer scored loses its own');

delete from public.agents where id = '00000000-0000-0000-0000-0000000000a2';
select is((select count(*) from analytics.fact_lane_scores), 0::bigint, 'an erased agent takes its submissions'' facts along');
insert into public.submissions (agent_id, challenge_id, status, final_lane_scores)
select '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'scored', jsonb_build_object('TMA', g) from generate_series(1, 5) as g;
merge into public.submissions as s
using (values ('{"TMA": 1}'::jsonb, '{"TMA": 100}'::jsonb), ('{"TMA": 2}', null)) as n (old, new) on s.final_lane_scores = n.old
when matched and n.new is null then delete
when matched then update set final_lane_scores = n.new;
select is((select array_agg(lane_score order by lane_score) from analytics.fact_lane_scores), array[3, 4, 5, 100]::numeric[], 'a merge is followed like its parts');
set local role service_role;
delete from public.submissions where final_lane_scores = '{"TMA": 3}';
select throws_ok('select from analytics.fact_lane_scores', '42501', null, 'an application has no business with the facts');
reset role;
select is((select array_agg(lane_score order by lane_score) from analytics.fact_lane_scores), array[4, 5, 100]::numeric[], 'and its writes are followed all the same');
truncate public.submissions cascade;
select is((select count(*) from analytics.fact_lane_scores), 0::bigint, 'truncate empties both');

select * from finish();
rollback;

begin;
select plan(8);

insert into public.challenges (id, title) values ('00000000-0000-0000-0000-0000000000c1', 'A');
insert into public.agents (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'one');
-- As submissions that are older than the triggers.
alter table public.submissions disable trigger user;
insert into public.submissions (id, agent_id, challenge_id, status, final_lane_scores)
select md5(g::text)::uuid, '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'scored', jsonb_build_object('TMA', g, 'Exam', g)
from generate_series(1, 7) as g;
alter table public.submissions enable trigger user;
insert into analytics.fact_lane_scores (submission_id, lane_number, agent_id, challenge_id, created_at, lane_key, lane_score)
select s.id, 1, s.agent_id, s.challenge_id, s.created_at, 'TMA', 99
from (values ('00000000-0000-0000-0000-000000000001'::uuid), ('ffffffff-ffff-ffff-ffff-fffffffffff0')) as o (id)
cross join lateral (select o.id, a.id as agent_id, c.id as challenge_id, now() as created_at from public.agents as a, public.challenges as c) as s;

create temporary table calls (last_id uuid);
insert into calls select analytics.backfill_lane_scores(null, 3);
select is((select count(*) from analytics.fact_lane_scores where lane_score <> 99), 6::bigint, 'a batch writes the facts of three submissions');
select is((select count(*) from analytics.fact_lane_scores where lane_score = 99), 1::bigint, 'and removes one that belongs to none, up to there');
insert into calls select analytics.backfill_lane_scores((select last_id from calls order by last_id desc limit 1), 3);
insert into calls select analytics.backfill_lane_scores((select last_id from calls order by last_id desc limit 1), 3);
select is((select count(*) from calls where last_id is null), 1::bigint, 'the last batch says so');
select results_eq(
    'select submission_id, lane_number, lane_key, lane_score from analytics.fact_lane_scores order by 1, 2',
    'select submission_id, lane_number, lane_key, lane_score from freshet.submitted_lane_scores order by 1, 2',
    'then every submission has its facts, and no other fact is left'
);
delete from analytics.source_changes;
select is(analytics.backfill_lane_scores(), null, 'all again');
select is((select count(*) from analytics.source_changes where source = 'analytics.fact_lane_scores'::regclass), 0::bigint, 'changes nothing');
select throws_ok('select analytics.backfill_lane_scores(null, 0)', '22023', 'batch_size is 0', 'an empty batch would never end');
set local role service_role;
select throws_ok('select analytics.backfill_lane_scores()', '42501', null, 'the owner alone repairs');
reset role;

select * from finish();
rollback;

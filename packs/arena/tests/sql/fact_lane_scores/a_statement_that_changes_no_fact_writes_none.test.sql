begin;
select plan(5);

insert into public.challenges (id, title) values ('00000000-0000-0000-0000-0000000000c1', 'A');
insert into public.agents (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'one');
create function pg_temp.noted(statement text) returns bigint language plpgsql as $$
begin
    delete from analytics.source_changes;
    delete from freshet.keys_of_analytics_fact_lane_scores;
    execute statement;
    return (select count(*) from analytics.source_changes where source = 'analytics.fact_lane_scores'::regclass)
        + (select count(*) from freshet.keys_of_analytics_fact_lane_scores);
end $$;
insert into public.submissions (agent_id, challenge_id, status, final_lane_scores, composite_score)
values ('00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'scored', '{"TMA": 10}', 10);

select is(pg_temp.noted('update public.submissions set composite_score = 11'), 0::bigint, 'another column');
select is(pg_temp.noted($$ update public.submissions set final_lane_scores = '{"TMA": 10}' $$), 0::bigint, 'the same scores');
select is(pg_temp.noted($$ insert into public.submissions (agent_id, challenge_id, final_lane_scores)
    values ('00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', '{"TMA": 10}') $$), 0::bigint, 'a submission that is not scored');
select is(pg_temp.noted($$ delete from public.submissions where status = 'submitted' $$), 0::bigint, 'or is gone before it was');
select cmp_ok(pg_temp.noted($$ update public.submissions set final_lane_scores = '{"TMA": 12}' $$), '>', 0::bigint, 'another score is a change');

select * from finish();
rollback;

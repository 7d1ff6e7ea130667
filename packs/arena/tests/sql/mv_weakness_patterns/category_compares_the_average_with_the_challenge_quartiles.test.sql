-- Scores 10 10 40 40 50 50 90 90: quartiles at positions 1.75, 3.5, 5.25 are 32.5, 45, 60.
begin;
select plan(2);

insert into public.challenges (id, title) values ('00000000-0000-0000-0000-0000000000c1', 'A');
insert into public.agents (id, name)
select ('00000000-0000-0000-0000-0000000000a' || n)::uuid, 'agent ' || n from generate_series(1, 4) as n;
insert into public.submissions (agent_id, challenge_id, status, final_lane_scores, created_at)
select ('00000000-0000-0000-0000-0000000000a' || s.n)::uuid, '00000000-0000-0000-0000-0000000000c1', 'scored',
    jsonb_build_object('TMA', s.score), '2026-01-05 00:00+00'::timestamptz + d * interval '1 day'
from (values (1, 10), (2, 40), (3, 50), (4, 90)) as s (n, score), generate_series(0, 1) as d;
select analytics.refresh_view('mv_lane_score_distribution');
select analytics.refresh_view('mv_weakness_patterns');

select results_eq(
    $$ select avg_score, performance_category from analytics.mv_weakness_patterns order by avg_score $$,
    $$ values (10.000, 'persistent_weakness'::text), (40.000, 'below_median'), (50.000, 'average'), (90.000, 'consistent_strength') $$,
    'each quarter has its category'
);
select results_eq(
    $$ select distinct challenge_p25, challenge_p50, challenge_p75, challenge_sample_count, attempt_count from analytics.mv_weakness_patterns $$,
    $$ values (32.500, 45.000, 60.000, 8::bigint, 2::bigint) $$,
    'quartiles are those of the challenge and lane'
);

select * from finish();
rollback;

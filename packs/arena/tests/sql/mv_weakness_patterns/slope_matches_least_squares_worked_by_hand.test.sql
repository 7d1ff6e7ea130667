-- Days 0, 1, 3 with 10, 20, 60: Σ(x-x̄)(y-ȳ) = 80, Σ(x-x̄)² = 14/3, slope 120/7 a day.
-- 50 on 2006-01-01 and 51 on 2026-01-01: 7305 days, 1/7305 a day; rounded to eight places a second it would be 0.
begin;
select plan(5);

insert into public.challenges (id, title) values ('00000000-0000-0000-0000-0000000000c1', 'A');
insert into public.agents (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'agent');
insert into public.submissions (agent_id, challenge_id, status, final_lane_scores, created_at)
select '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'scored', s.scores, s.at
from (values
    ('{"steep": 10}'::jsonb, '2026-01-05 00:00+00'::timestamptz), ('{"steep": 20}', '2026-01-06 00:00+00'), ('{"steep": 60}', '2026-01-08 00:00+00'),
    ('{"slow": 50}', '2006-01-01 00:00+00'), ('{"slow": 51}', '2026-01-01 00:00+00'),
    ('{"at_once": 1}', '2026-01-05 00:00+00'), ('{"at_once": 9}', '2026-01-05 00:00+00'),
    ('{"once": 5}', '2026-01-05 00:00+00')
) as s (scores, at);
select analytics.refresh_view('mv_lane_score_distribution');
select analytics.refresh_view('mv_weakness_patterns');

select is((select round(score_trend_per_day, 9) from analytics.mv_weakness_patterns where lane_key = 'steep'), 17.142857143, 'three points give 120/7 a day');
select is((select round(score_trend_slope * 86400, 9) from analytics.mv_weakness_patterns where lane_key = 'steep'), 17.142857143, 'the slope a second is the same trend, not rounded away');
select is((select round(score_trend_per_day, 12) from analytics.mv_weakness_patterns where lane_key = 'slow'), 0.000136892539, 'a slow trend is not rounded to nothing');
select is((select score_trend_per_day from analytics.mv_weakness_patterns where lane_key = 'at_once'), null, 'submissions at one time have no trend');
select is((select count(*) from analytics.mv_weakness_patterns where lane_key = 'once'), 0::bigint, 'one submission is no pattern');

select * from finish();
rollback;

-- Challenge A, lane TMA: 10 20 30 40 50. Mean 30, sample deviation √250 = 15.811, percentiles at 1 + 4p.
-- Challenge B, lane TMA: 90 100. Mean 95, √50 = 7.071. One sample has no deviation.
begin;
select plan(4);

insert into public.challenges (id, title) values
    ('00000000-0000-0000-0000-0000000000c1', 'A'), ('00000000-0000-0000-0000-0000000000c2', 'B');
insert into public.agents (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'agent');
insert into public.submissions (agent_id, challenge_id, status, final_lane_scores, created_at)
select '00000000-0000-0000-0000-0000000000a1', s.challenge_id, 'scored', s.scores, '2026-01-05 12:00+00'::timestamptz + s.day * interval '1 day'
from (values
    ('00000000-0000-0000-0000-0000000000c1'::uuid, '{"TMA": 10}'::jsonb, 0),
    ('00000000-0000-0000-0000-0000000000c1', '{"TMA": 20}', 1),
    ('00000000-0000-0000-0000-0000000000c1', '{"TMA": 30, "Exam": 80}', 2),
    ('00000000-0000-0000-0000-0000000000c1', '{"TMA": 40}', 3),
    ('00000000-0000-0000-0000-0000000000c1', '{"TMA": 50}', 4),
    ('00000000-0000-0000-0000-0000000000c2', '{"TMA": 90}', 0),
    ('00000000-0000-0000-0000-0000000000c2', '{"TMA": 100}', 1)
) as s (challenge_id, scores, day);
insert into public.submissions (agent_id, challenge_id, status, final_lane_scores) values
    ('00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'judging', '{"TMA": 0}');

select analytics.refresh_view('mv_lane_score_distribution');

select results_eq(
    $$ select lane_key, sample_count, mean_score, stddev_score, min_score, max_score, p10, p25, p50, p75, p90
       from analytics.mv_lane_score_distribution where challenge_id = '00000000-0000-0000-0000-0000000000c1' and lane_key = 'TMA' $$,
    $$ values ('TMA'::text, 5::bigint, 30.000, 15.811, 10.000, 50.000, 14.000, 20.000, 30.000, 40.000, 46.000) $$,
    'five scores give the mean, deviation and percentiles worked by hand'
);
select results_eq(
    $$ select sample_count, mean_score, stddev_score, p50 from analytics.mv_lane_score_distribution
       where challenge_id = '00000000-0000-0000-0000-0000000000c2' $$,
    $$ values (2::bigint, 95.000, 7.071, 95.000) $$,
    'another challenge with the same lane is not mixed in'
);
select is(
    (select stddev_score from analytics.mv_lane_score_distribution where lane_key = 'Exam'), null,
    'one sample has no deviation'
);
select is(
    (select last_submission_at from analytics.mv_lane_score_distribution
     where challenge_id = '00000000-0000-0000-0000-0000000000c1' and lane_key = 'TMA'),
    '2026-01-09 12:00+00'::timestamptz,
    'last_submission_at is the newest scored submission'
);

select * from finish();
rollback;

begin;
select plan(6);

insert into public.challenges (id, title) values ('00000000-0000-0000-0000-0000000000c1', 'A');
insert into public.agents (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'agent');
insert into public.submissions (agent_id, challenge_id, status, final_lane_scores)
select '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'scored', scores
from (
    values
        ('{"good": 7}'::jsonb), ('{"good": " 8\t"}'),
        ('{"blank": "\u20037"}'), ('{"blank": "7\u00a0"}'), ('{"blank": "\u00857"}'), ('{"digit": "\u0661"}'),
        ('{"tiny": 1e-400}'), ('{"tiny": -1e-101}'), ('{"small": 1e-100}'), ('{"long": 7.0000000000000000000}'),
        ('{"huge": 1e400}'), ('{"huge": -1e15}'), ('{"": 7}'),
        (jsonb_build_object((select string_agg(md5(n::text), '') from generate_series(1, 200) as n), 7)),
        (jsonb_build_object(repeat('k', 200), 7)), (jsonb_build_object(repeat('k', 201), 7))
) as s (scores);
insert into public.submissions (agent_id, challenge_id, status, final_lane_scores, created_at)
select '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'scored', '{"when": 7}', moment
from unnest(array['infinity', '-infinity', '10000-01-01', '0044-03-15 BC', '1899-12-31 23:59:59+00', '2200-01-02', '2200-01-01 00:00+00']::timestamptz[]) as moment;

select results_eq(
    $$ select flaw, count(*)::integer from analytics.rejected_lane_scores group by flaw order by flaw collate "C" $$,
    $$ values
        ('the lane has no name', 1),
        ('the moment of the submission is not between 1900 and 2200', 6),
        ('the name of the lane is longer than 200 characters', 2),
        ('the score has more than 100 decimals', 2),
        ('the score is 10^15 or more', 2),
        ('the value is no number', 4) $$,
    'each is listed with what is wrong with it'
);
select results_eq(
    $$ select left(lane_key, 5), lane_score::text from analytics.lane_scores where lane_score is not null and lane_key not in ('small', 'long') order by lane_key collate "C", lane_score $$,
    $$ values ('good', '7'), ('good', '8'), ('kkkkk', '7'), ('when', '7') $$,
    'blanks of ASCII, a name of 200 characters and the first moment of 2200 are read'
);
select is((select count(*) from analytics.lane_scores where lane_score is not null and flaw is not null), 0::bigint, 'what has a flaw has no score');
select is((select (analytics.refresh_view('mv_lane_score_distribution')).rejected_count), 17::bigint, 'the distribution refreshes, and counts them');
select is((select (analytics.refresh_view('mv_weakness_patterns')).rejected_count), 17::bigint, 'and so do the patterns');
select is((select count(*) from analytics.mv_lane_score_distribution), 5::bigint, 'every other lane is there');

select * from finish();
rollback;

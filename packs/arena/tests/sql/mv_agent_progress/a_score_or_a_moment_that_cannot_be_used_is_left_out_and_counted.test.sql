begin;
select plan(6);

insert into public.challenges (id, title) values ('00000000-0000-0000-0000-0000000000c1', 'A');
insert into public.agents (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'agent');
insert into public.submissions (agent_id, challenge_id, status, composite_score, created_at)
select '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1', 'scored', score, moment
from (
    values
        (10::numeric, '2026-01-05 09:00+00'::timestamptz), (20, '2026-01-12 09:00+00'),
        ('NaN', '2026-01-12 09:00+00'), ('Infinity', '2026-01-12 09:00+00'), ('-Infinity', '2026-01-12 09:00+00'),
        (1e400, '2026-01-12 09:00+00'), (-1e15, '2026-01-12 09:00+00'), (1e-400, '2026-01-12 09:00+00'),
        (30, 'infinity'), (30, '-infinity'), (30, '10000-01-01'), (30, '0044-03-15 BC'),
        (null, 'infinity'), (null, '2026-01-12 09:00+00')
) as s (score, moment);

select is((select (analytics.refresh_view('mv_agent_progress')).rejected_count), 10::bigint, 'what is left out is counted');
select results_eq(
    $$ select week, submission_count, avg_composite_score, wow_composite_delta from analytics.mv_agent_progress order by week $$,
    $$ values ('2026-01-05'::date, 1::bigint, 10.000, null::numeric), ('2026-01-12', 1, 20.000, 10.000) $$,
    'every other row is as it would be without them'
);
select results_eq(
    $$ select flaw, count(*)::integer from analytics.rejected_composite_scores group by flaw order by flaw collate "C" $$,
    $$ values
        ('the moment of the submission is not between 1900 and 2200', 4),
        ('the score has more than 100 decimals', 1),
        ('the score is no number below 10^15', 5) $$,
    'and listed with what is wrong with it'
);
select is((select (analytics.refresh_view('mv_time_to_first_win')).rejected_count), 5::bigint, 'moments are of no use to the first wins either');
select is((select count(*) from analytics.rejected_submissions), 5::bigint, 'which list them');
select is(
    (select source_as_of from analytics.views where view_name = 'mv_agent_progress'), '2026-01-12 09:00+00'::timestamptz,
    'the newest row is the newest that can be believed'
);

select * from finish();
rollback;

-- Essay: lane TMA has six samples, CMA four, Exam one that is no number. Small: one sample in one lane. Draft: no submission.
begin;
select plan(5);

insert into public.challenges (id, title) values
    ('00000000-0000-0000-0000-0000000000c1', 'Essay'), ('00000000-0000-0000-0000-0000000000c2', 'Small'),
    ('00000000-0000-0000-0000-0000000000c3', 'Draft');
insert into public.agents (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'a');
insert into public.submissions (agent_id, challenge_id, status, final_lane_scores, created_at)
select '00000000-0000-0000-0000-0000000000a1'::uuid, '00000000-0000-0000-0000-0000000000c1'::uuid, 'scored',
    case when n <= 4 then '{"TMA": 1, "CMA": 2, "Exam": "none"}' else '{"TMA": 1}' end::jsonb, '2026-01-01 00:00+00'::timestamptz + n * interval '1 day'
from generate_series(1, 6) as n
union all
select '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c2', 'scored', '{"TMA": 1}', '2026-02-01 00:00+00';
select analytics.refresh_view('mv_lane_score_distribution'), analytics.refresh_view('mv_challenges');

select results_eq(
    $$ select title, lanes_count, withheld_lanes_count, samples_of_fullest_lane_count, last_submission_at from analytics.mv_challenges order by title $$,
    $$ values ('Essay', 2::bigint, 1::bigint, 6::bigint, '2026-01-07 00:00+00'::timestamptz), ('Small', 1, 1, 1, '2026-02-01 00:00+00') $$,
    'lanes that can be computed with are counted, and those with fewer than five samples'
);
create function pg_temp.read(view_name text, filters text, columns text) returns jsonb language sql as $$
    select analytics.read_view(view_name, jsonb_build_object(
        'columns', columns::jsonb, 'filters', filters::jsonb, 'scope', null, 'limit', 10,
        'order', '[{"column": "challenge_id", "direction": "asc"}]'::jsonb));
$$;
select is(
    (pg_temp.read('mv_lane_score_distribution', '[{"column": "challenge_id", "op": "eq", "value": "00000000-0000-0000-0000-0000000000c1"},
        {"column": "sample_count", "op": "gte", "value": 5, "is_guard": true}]', '["lane_key"]') ->> 'withheld_count')::bigint,
    (select withheld_lanes_count from analytics.mv_challenges where title = 'Essay'),
    'that many lanes are held back by the guard of the distributions'
);
select is(
    pg_temp.read('mv_challenges', '[{"column": "samples_of_fullest_lane_count", "op": "gte", "value": 5, "is_guard": true}]', '["title"]') -> 'rows',
    '[{"title": "Essay"}]', 'a challenge of which no lane can be shown is not listed, nor is one without a submission'
);

update public.challenges set title = 'Renamed' where title = 'Essay';
select analytics.refresh_view(v) from unnest(array['mv_lane_score_distribution', 'mv_weakness_patterns', 'mv_challenges', 'mv_agent_progress']) as v;
select is((select string_agg(title, ',' order by title) from analytics.mv_challenges), 'Renamed,Small', 'a new title comes with the next refresh');
select is(
    (select array_agg(distinct challenge_title order by challenge_title) from analytics.mv_weakness_patterns), array['Renamed'],
    'in the weaknesses, too, which take it from the distributions'
);

select * from finish();
rollback;

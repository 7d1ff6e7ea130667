-- Question 1: learner 1 three views (100, 300, null ms), learner 2 one (1000 ms), learner 3 one (null): 5 views, 3 learners,
--   median of 100, 300, 1000 = 300; verdicts true, false, true = 2/3 = 0.6667; one of three came back = 0.3333
-- Question 2: one learner, two views, 4 and 5 ms, no verdict: median 4.5, no rate, 1/1 came back
-- Question 3: one learner, one view, nothing measured, not helpful: no median, 0/1, 0/1
begin;
select plan(1);

insert into public.explanation_views (user_id, question_id, dwell_ms, is_helpful)
select ('00000000-0000-0000-0000-00000000000' || v.learner)::uuid, ('00000000-0000-0000-0000-0000000000f' || v.question)::uuid, v.ms, v.helpful
from (values
    (1, 1, 100, true), (1, 1, 300, false), (1, 1, null, null), (2, 1, 1000, true), (3, 1, null, null),
    (1, 2, 5, null), (1, 2, 4, null),
    (2, 3, null, false)
) as v (learner, question, ms, helpful);
select analytics.refresh_view('explanation_engagement');

select results_eq(
    $$ select right(question_id::text, 1), views_count, learners_count, median_dwell_ms, helpful_rate, revisit_rate
       from analytics.explanation_engagement order by question_id $$,
    $$ values ('1'::text, 5::bigint, 3::bigint, 300.0, 0.6667, 0.3333), ('2', 2, 1, 4.5, null, 1.0000), ('3', 1, 1, null, 0.0000, 0.0000) $$,
    'every column as worked out above'
);

select * from finish();
rollback;

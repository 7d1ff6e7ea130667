-- Object: analytics.first_attempt_accuracy
-- Grain: one row per user and topic of which the user has answered a question
-- Reads: analytics.question_reviews, public.topics
-- Serves: /analytics/study/first-attempt-accuracy
-- Why: the state of each question says whether its first answer was correct, so no scan of all answers is needed.
create view analytics.first_attempt_accuracy
with (security_invoker = on)
as
select
    f.user_id,
    f.topic_id,
    t.name as topic_name,
    f.questions_count,
    f.first_correct_count,
    round(f.first_correct_count::numeric / f.questions_count, 6) as first_attempt_accuracy
from (
    select
        r.user_id,
        r.topic_id,
        count(*) as questions_count,
        count(*) filter (where r.is_first_correct) as first_correct_count
    from analytics.question_reviews as r
    group by r.user_id, r.topic_id
) as f
join public.topics as t on t.id = f.topic_id;

revoke all on table analytics.first_attempt_accuracy from public, anon, authenticated;

comment on view analytics.first_attempt_accuracy is 'Share of a user''s questions whose first answer was correct, by topic.';

select analytics.register_live(
    name => 'first_attempt_accuracy',
    pack => 'study',
    sources => array['analytics.question_reviews', 'public.topics']::regclass[]
);

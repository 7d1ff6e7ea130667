-- Object: analytics.question_history
-- Grain: one row per answer
-- Reads: public.question_attempts, analytics.question_reviews
-- Serves: /analytics/study/questions/history
create view analytics.question_history
with (security_invoker = on)
as
select
    a.event_id,
    a.user_id,
    a.question_id,
    a.topic_id,
    a.selected_answer,
    a.correct_answer,
    a.is_correct,
    a.is_hint_used,
    a.time_to_answer_seconds,
    freshet.answer_quality(a.is_correct, a.is_hint_used, a.time_to_answer_seconds) as quality,
    a.attempted_at,
    r.due_on as next_review_on,
    r.interval_days,
    r.easiness_factor
from public.question_attempts as a
left join analytics.question_reviews as r on r.user_id = a.user_id and r.question_id = a.question_id;

revoke all on table analytics.question_history from public, anon, authenticated;

comment on view analytics.question_history is 'Answers, each with the state of its question''s spaced repetition as it is now.';

comment on column analytics.question_history.next_review_on is
    'When the question is due; null until the job update-topic-mastery has seen its first answer, as interval_days and easiness_factor.';

select analytics.register_live(
    name => 'question_history',
    pack => 'study',
    sources => array['public.question_attempts', 'analytics.question_reviews']::regclass[]
);

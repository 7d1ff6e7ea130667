-- Object: analytics.named_topic_mastery
-- Grain: one row per user and topic of topic_mastery
-- Reads: analytics.topic_mastery, public.topics
-- Serves: /analytics/study/mastery
create view analytics.named_topic_mastery
with (security_invoker = on)
as
select
    m.user_id,
    m.topic_id,
    t.name as topic_name,
    t.board_exam_weight,
    m.mastery_score,
    m.first_attempt_accuracy,
    m.overall_accuracy,
    m.retrieval_strength,
    m.material_completion,
    m.questions_count,
    m.attempts_count,
    m.stability_days,
    m.last_answered_at,
    m.calculated_at,
    m.calculation_version
from analytics.topic_mastery as m
join public.topics as t on t.id = m.topic_id;

revoke all on table analytics.named_topic_mastery from public, anon, authenticated;

comment on view analytics.named_topic_mastery is 'Mastery with the names of topics.';

-- Object: analytics.named_knowledge_gaps
-- Grain: one row per user and topic of knowledge_gaps
-- Reads: analytics.knowledge_gaps, public.topics
-- Serves: /analytics/study/gaps
create view analytics.named_knowledge_gaps
with (security_invoker = on)
as
select
    g.user_id,
    g.topic_id,
    t.name as topic_name,
    g.priority_score,
    g.gap_score,
    g.board_exam_weight,
    g.prerequisite_impact,
    g.recent_failure_rate,
    g.calculated_at,
    g.calculation_version
from analytics.knowledge_gaps as g
join public.topics as t on t.id = g.topic_id;

revoke all on table analytics.named_knowledge_gaps from public, anon, authenticated;

comment on view analytics.named_knowledge_gaps is 'Gaps with the names of topics.';

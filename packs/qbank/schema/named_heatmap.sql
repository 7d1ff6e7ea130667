-- Object: analytics.named_heatmap
-- Grain: as analytics.analytics_heatmap_agg
-- Reads: analytics.analytics_heatmap_agg, analytics.question_texts
-- Serves: /analytics/qbank/heatmap
-- Why: adds the questions' texts; see analytics.question_texts.
create view analytics.named_heatmap
with (security_invoker = on)
as
select
    h.question_id,
    t.question_text,
    h.lesion,
    h.topic,
    h.week_start,
    h.attempts,
    h.correct_attempts,
    h.accuracy_rate,
    h.median_duration_ms
from analytics.analytics_heatmap_agg as h
left join analytics.question_texts as t on t.question_id = h.question_id;

revoke all on table analytics.named_heatmap from public, anon, authenticated;

comment on view analytics.named_heatmap is 'The heatmap with the texts of the questions, read live.';

comment on column analytics.named_heatmap.question_text is
    'The question''s stem, cut to 300 characters with an ellipsis. Null where the question was deleted after the last refresh.';

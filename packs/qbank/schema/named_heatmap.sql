-- Object: analytics.named_heatmap
-- Grain: one row per question; the heatmap's, with the text of the question; one per lesion; one per topic
-- Reads: public.questions; analytics.analytics_heatmap_agg, analytics.question_tags
-- Serves: /analytics/qbank/heatmap, /analytics/qbank/lesions, /analytics/qbank/topics
-- Why: an admin who sees that a question is answered badly wants to read it. A bank's texts are longer than its figures, one for
--      all weeks of a question: they are joined when a page is read, not stored in each of its rows. All that an answer shows
--      is the beginning, which is enough to know the question by and keeps a page of 999 rows small.
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

comment on column analytics.named_heatmap.question_text is 'The question''s stem, at most 300 characters of it: an ellipsis stands for the rest. Null where the question was deleted after the last refresh.';

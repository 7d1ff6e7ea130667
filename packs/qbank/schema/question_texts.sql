-- Object: analytics.question_texts
-- Grain: one row per question; the heatmap's, with the text of the question; one per lesion; one per topic
-- Reads: public.questions; analytics.analytics_heatmap_agg, analytics.question_tags
-- Serves: /analytics/qbank/heatmap, /analytics/qbank/lesions, /analytics/qbank/topics
-- Why: an admin who sees that a question is answered badly wants to read it. A bank's texts are longer than its figures, one for
--      all weeks of a question: they are joined when a page is read, not stored in each of its rows. All that an answer shows
--      is the beginning, which is enough to know the question by and keeps a page of 999 rows small.
create view analytics.question_texts
with (security_invoker = on)
as
select
    q.id as question_id,
    case when length(q.stem) <= 300 then q.stem else left(q.stem, 299) || '…' end as question_text
from public.questions as q;

revoke all on table analytics.question_texts from public, anon, authenticated;

comment on view analytics.question_texts is 'What a question asks, at most 300 characters of it; an ellipsis stands for the rest.';

select analytics.register_live(name => 'question_texts', pack => 'qbank', sources => array['public.questions']::regclass[]);

-- Object: analytics.question_lesions
-- Grain: one row per question; the heatmap's, with the text of the question; one per lesion; one per topic
-- Reads: public.questions; analytics.analytics_heatmap_agg, analytics.question_tags
-- Serves: /analytics/qbank/heatmap, /analytics/qbank/lesions, /analytics/qbank/topics
-- Why: an admin who sees that a question is answered badly wants to read it. A bank's texts are longer than its figures, one for
--      all weeks of a question: they are joined when a page is read, not stored in each of its rows. All that an answer shows
--      is the beginning, which is enough to know the question by and keeps a page of 999 rows small.
create view analytics.question_lesions
with (security_invoker = on)
as
select t.lesion, count(*) as questions_count, count(distinct t.topic) as topics_count
from analytics.question_tags as t
group by t.lesion;

revoke all on table analytics.question_lesions from public, anon, authenticated;

comment on view analytics.question_lesions is 'The lesions that questions have, in their one spelling.';

comment on column analytics.question_lesions.lesion is 'Normalised: see analytics.question_tags.';

select analytics.register_live(name => 'question_lesions', pack => 'qbank', sources => array['public.questions']::regclass[]);

-- Object: analytics.question_texts, named_heatmap, question_lesions, question_topics
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

create view analytics.question_lesions
with (security_invoker = on)
as
select t.lesion, count(*) as questions_count, count(distinct t.topic) as topics_count
from analytics.question_tags as t
group by t.lesion;

create view analytics.question_topics
with (security_invoker = on)
as
select t.topic, count(*) as questions_count, count(distinct t.lesion) as lesions_count
from analytics.question_tags as t
group by t.topic;

revoke all on table
    analytics.question_texts, analytics.named_heatmap, analytics.question_lesions, analytics.question_topics
    from public, anon, authenticated;
comment on view analytics.question_texts is 'What a question asks, at most 300 characters of it; an ellipsis stands for the rest.';
comment on view analytics.named_heatmap is 'The heatmap with the texts of the questions, read live.';
comment on column analytics.named_heatmap.question_text is 'The question''s stem, at most 300 characters of it: an ellipsis stands for the rest. Null where the question was deleted after the last refresh.';
comment on view analytics.question_lesions is 'The lesions that questions have, in their one spelling.';
comment on column analytics.question_lesions.lesion is 'Normalised: see analytics.question_tags.';
comment on view analytics.question_topics is 'The topics that questions have, in their one spelling.';
comment on column analytics.question_topics.topic is 'Normalised: see analytics.question_tags.';

select analytics.register_live(name => 'question_texts', pack => 'qbank', sources => array['public.questions']::regclass[]);
select analytics.register_live(name => 'question_lesions', pack => 'qbank', sources => array['public.questions']::regclass[]);
select analytics.register_live(name => 'question_topics', pack => 'qbank', sources => array['public.questions']::regclass[]);

-- Object: analytics.question_topics
-- Grain: one row per topic
-- Reads: public.questions (through analytics.question_tags)
-- Serves: /analytics/qbank/topics
-- Why: a page offers a choice of topics.
create view analytics.question_topics
with (security_invoker = on)
as
select t.topic, count(*) as questions_count, count(distinct t.lesion) as lesions_count
from analytics.question_tags as t
group by t.topic;

revoke all on table analytics.question_topics from public, anon, authenticated;

comment on view analytics.question_topics is 'The topics of all questions, in their normalised spelling.';

comment on column analytics.question_topics.topic is 'Normalised: see analytics.question_tags.';

select analytics.register_live(name => 'question_topics', pack => 'qbank', sources => array['public.questions']::regclass[]);

-- Object: analytics.question_lesions
-- Grain: one row per lesion
-- Reads: public.questions (through analytics.question_tags)
-- Serves: /analytics/qbank/lesions
-- Why: a page offers a choice of lesions.
create view analytics.question_lesions
with (security_invoker = on)
as
select t.lesion, count(*) as questions_count, count(distinct t.topic) as topics_count
from analytics.question_tags as t
group by t.lesion;

revoke all on table analytics.question_lesions from public, anon, authenticated;

comment on view analytics.question_lesions is 'The lesions of all questions, in their normalised spelling.';

comment on column analytics.question_lesions.lesion is 'Normalised: see analytics.question_tags.';

select analytics.register_live(name => 'question_lesions', pack => 'qbank', sources => array['public.questions']::regclass[]);

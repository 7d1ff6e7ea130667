-- Object: analytics.study_topics
-- Grain: one row per topic
-- Reads: public.topics
-- Serves: /analytics/study/topics
create view analytics.study_topics
with (security_invoker = on)
as
select
    t.id as topic_id,
    t.name,
    t.board_exam_weight
from public.topics as t;

revoke all on table analytics.study_topics from public, anon, authenticated;

comment on view analytics.study_topics is 'The topics of the curriculum.';

select analytics.register_live(name => 'study_topics', pack => 'study', sources => array['public.topics']::regclass[]);

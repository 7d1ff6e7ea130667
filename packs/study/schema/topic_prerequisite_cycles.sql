-- Object: analytics.topic_prerequisite_cycles
-- Grain: one row per topic that is a prerequisite of itself, directly or through others
-- Reads: public.topics, public.topic_prerequisites
-- Serves: /analytics/study/topics/cycles
-- Why: a circle cannot be learnt in any order, so one of its prerequisites is wrong. It is looked for when it is read,
--      so that a correction shows at once.
create view analytics.topic_prerequisite_cycles
with (security_invoker = on)
as
select
    c.topic_id,
    t.name,
    c.cycle_id,
    (count(*) over (partition by c.cycle_id))::integer as topics_count
from freshet.prerequisite_closure() as c
join public.topics as t on t.id = c.topic_id
where c.cycle_id is not null;

revoke all on table analytics.topic_prerequisite_cycles from public, anon, authenticated;

comment on view analytics.topic_prerequisite_cycles is
    'Topics in circles of prerequisites. To repair one, delete a row of public.topic_prerequisites between two of its topics.';

comment on column analytics.topic_prerequisite_cycles.cycle_id is
    'The least topic id of the circle; circles that share a topic are one.';

comment on column analytics.topic_prerequisite_cycles.topics_count is 'Topics in the circle.';

select analytics.register_live(
    name => 'topic_prerequisite_cycles', pack => 'study',
    sources => array['public.topics', 'public.topic_prerequisites']::regclass[]
);

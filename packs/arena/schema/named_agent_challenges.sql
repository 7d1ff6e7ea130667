-- Object: analytics.named_agent_challenges
-- Grain: one row per agent; those of the views, with the name of the agent
-- Reads: public.agents; analytics.mv_weakness_patterns, mv_agent_progress, mv_agent_challenges
-- Serves: /analytics/arena/agents, /analytics/arena/weakness-patterns, /analytics/arena/progress,
--         /analytics/arena/agent-challenges
-- Why: who owns an agent is read live, and its name is in the same row: agents_of_user moves with both, so that an agent that is
--      renamed has its new name within three seconds.
create view analytics.named_agent_challenges
with (security_invoker = on)
as
select
    c.agent_id,
    a.name as agent_name,
    c.challenge_id,
    c.challenge_title,
    c.submissions_count,
    c.scored_count,
    c.last_submission_at
from analytics.mv_agent_challenges as c
left join public.agents as a on a.id = c.agent_id;

revoke all on table analytics.named_agent_challenges from public, anon, authenticated;

comment on view analytics.named_agent_challenges is 'mv_agent_challenges with the names of the agents, read live.';

comment on column analytics.named_agent_challenges.agent_name is 'Null where the agent was deleted after the last refresh.';

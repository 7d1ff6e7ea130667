-- Object: analytics.named_agent_challenges
-- Grain: as analytics.mv_agent_challenges
-- Reads: analytics.mv_agent_challenges, public.agents
-- Serves: /analytics/arena/agent-challenges
-- Why: adds the agents' names; see analytics.named_agents.
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

-- Object: analytics.named_agents
-- Grain: one row per agent; those of the views, with the name of the agent
-- Reads: public.agents; analytics.mv_weakness_patterns, mv_agent_progress, mv_agent_challenges
-- Serves: /analytics/arena/agents, /analytics/arena/weakness-patterns, /analytics/arena/progress,
--         /analytics/arena/agent-challenges
-- Why: who owns an agent is read live, and its name is in the same row: agents_of_user moves with both, so that an agent that is
--      renamed has its new name within three seconds.
create view analytics.named_agents
with (security_invoker = on)
as
select a.id as agent_id, a.name
from public.agents as a;

revoke all on table analytics.named_agents from public, anon, authenticated;

comment on view analytics.named_agents is 'Agents by name.';

select analytics.register_live(name => 'named_agents', pack => 'arena', sources => array['public.agents']::regclass[]);

-- Object: analytics.named_agents
-- Grain: one row per agent
-- Reads: public.agents
-- Serves: /analytics/arena/agents
-- Why: the owner of an agent is read live, and its name is in the same row: the version of agents_of_user moves with
--      both, so a renamed agent has its new name within three seconds.
create view analytics.named_agents
with (security_invoker = on)
as
select a.id as agent_id, a.name
from public.agents as a;

revoke all on table analytics.named_agents from public, anon, authenticated;

comment on view analytics.named_agents is 'Agents by name.';

select analytics.register_live(name => 'named_agents', pack => 'arena', sources => array['public.agents']::regclass[]);

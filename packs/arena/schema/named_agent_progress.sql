-- Object: analytics.named_agent_progress
-- Grain: as analytics.mv_agent_progress
-- Reads: analytics.mv_agent_progress, public.agents
-- Serves: /analytics/arena/progress
-- Why: adds the agents' names; see analytics.named_agents.
create view analytics.named_agent_progress
with (security_invoker = on)
as
select
    p.agent_id,
    a.name as agent_name,
    p.challenge_id,
    p.challenge_title,
    p.week,
    p.submission_count,
    p.avg_composite_score,
    p.best_composite_score,
    p.worst_composite_score,
    p.wow_composite_delta
from analytics.mv_agent_progress as p
left join public.agents as a on a.id = p.agent_id;

revoke all on table analytics.named_agent_progress from public, anon, authenticated;

comment on view analytics.named_agent_progress is 'mv_agent_progress with the names of the agents, read live.';

comment on column analytics.named_agent_progress.agent_name is 'Null where the agent was deleted after the last refresh.';

-- Object: analytics.named_agent_progress
-- Grain: one row per agent; those of the views, with the name of the agent
-- Reads: public.agents; analytics.mv_weakness_patterns, mv_agent_progress, mv_agent_challenges
-- Serves: /analytics/arena/agents, /analytics/arena/weakness-patterns, /analytics/arena/progress,
--         /analytics/arena/agent-challenges
-- Why: who owns an agent is read live, and its name is in the same row: agents_of_user moves with both, so that an agent that is
--      renamed has its new name within three seconds.
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

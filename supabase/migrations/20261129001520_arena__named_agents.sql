-- Object: analytics.named_agents, named_weakness_patterns, named_agent_progress, named_agent_challenges
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

create view analytics.named_weakness_patterns
with (security_invoker = on)
as
select
    w.agent_id,
    a.name as agent_name,
    w.challenge_id,
    w.challenge_title,
    w.lane_key,
    w.attempt_count,
    w.avg_score,
    w.min_score,
    w.max_score,
    w.score_trend_slope,
    w.score_trend_per_day,
    w.performance_category,
    w.challenge_p25,
    w.challenge_p50,
    w.challenge_p75,
    w.challenge_sample_count
from analytics.mv_weakness_patterns as w
left join public.agents as a on a.id = w.agent_id;

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

revoke all on table
    analytics.named_agents, analytics.named_weakness_patterns, analytics.named_agent_progress, analytics.named_agent_challenges
    from public, anon, authenticated;
comment on view analytics.named_agents is 'Agents by name.';
comment on view analytics.named_weakness_patterns is 'mv_weakness_patterns with the names of the agents, read live.';
comment on view analytics.named_agent_progress is 'mv_agent_progress with the names of the agents, read live.';
comment on view analytics.named_agent_challenges is 'mv_agent_challenges with the names of the agents, read live.';
comment on column analytics.named_weakness_patterns.agent_name is 'Null where the agent was deleted after the last refresh.';
comment on column analytics.named_agent_progress.agent_name is 'Null where the agent was deleted after the last refresh.';
comment on column analytics.named_agent_challenges.agent_name is 'Null where the agent was deleted after the last refresh.';

select analytics.register_live(name => 'named_agents', pack => 'arena', sources => array['public.agents']::regclass[]);

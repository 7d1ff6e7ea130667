-- Object: analytics.named_weakness_patterns
-- Grain: as analytics.mv_weakness_patterns
-- Reads: analytics.mv_weakness_patterns, public.agents
-- Serves: /analytics/arena/weakness-patterns
-- Why: adds the agents' names; see analytics.named_agents.
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

revoke all on table analytics.named_weakness_patterns from public, anon, authenticated;

comment on view analytics.named_weakness_patterns is 'mv_weakness_patterns with the names of the agents, read live.';

comment on column analytics.named_weakness_patterns.agent_name is 'Null where the agent was deleted after the last refresh.';

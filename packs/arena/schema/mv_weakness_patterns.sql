-- Object: analytics.mv_weakness_patterns
-- Grain: one row per agent, challenge and lane with at least two scored submissions
-- Reads: analytics.fact_lane_scores (through analytics.lane_scores), analytics.mv_lane_score_distribution
-- Serves: /analytics/arena/weakness-patterns
-- Refresh: every 30 minutes, three minutes after the distribution that it compares with; when submissions change, after at least 10 seconds
-- Why: the slope is least squares in exact numerics, (n Σxy - Σx Σy) / (n Σx² - (Σx)²) with x in seconds: regr_slope
--      works in floats, whose last bits depend on the plan. It is null when all submissions have one time.
create materialized view analytics.mv_weakness_patterns as
with lane_scores as (
    select
        s.agent_id,
        s.challenge_id,
        s.lane_key,
        s.lane_score as y,
        extract(epoch from s.created_at) as x
    from analytics.lane_scores as s
    where s.lane_score is not null
),
lane_stats as (
    select
        s.agent_id,
        s.challenge_id,
        s.lane_key,
        count(*) as attempt_count,
        round(avg(s.y), 3) as avg_score,
        round(min(s.y), 3) as min_score,
        round(max(s.y), 3) as max_score,
        count(*) * sum(s.x * s.y) - sum(s.x) * sum(s.y) as slope_numerator,
        nullif(count(*) * sum(s.x * s.x) - sum(s.x) * sum(s.x), 0) as slope_denominator
    from lane_scores as s
    group by s.agent_id, s.challenge_id, s.lane_key
    having count(*) >= 2
)
select
    a.agent_id,
    a.challenge_id,
    d.challenge_title,
    a.lane_key,
    a.attempt_count,
    a.avg_score,
    a.min_score,
    a.max_score,
    a.slope_numerator / a.slope_denominator as score_trend_slope,
    a.slope_numerator * 86400 / a.slope_denominator as score_trend_per_day,
    case
        when a.avg_score < d.p25 then 'persistent_weakness'
        when a.avg_score < d.p50 then 'below_median'
        when a.avg_score > d.p75 then 'consistent_strength'
        else 'average'
    end as performance_category,
    d.p25 as challenge_p25,
    d.p50 as challenge_p50,
    d.p75 as challenge_p75,
    d.sample_count as challenge_sample_count
from lane_stats as a
join analytics.mv_lane_score_distribution as d
    on d.challenge_id = a.challenge_id
    and d.lane_key = a.lane_key
with no data;

create unique index idx_mv_weakness_pk
    on analytics.mv_weakness_patterns (agent_id, challenge_id, lane_key);

create index idx_mv_weakness_category
    on analytics.mv_weakness_patterns (performance_category, challenge_id);

-- Why: new quartiles change every row of their lane.
create index mv_weakness_patterns_lane_idx
    on analytics.mv_weakness_patterns (challenge_id, lane_key);

comment on materialized view analytics.mv_weakness_patterns is
    'An agent''s results in a lane of a challenge, compared with all agents.';

comment on column analytics.mv_weakness_patterns.challenge_title is 'As of the last refresh of the distribution.';

comment on column analytics.mv_weakness_patterns.score_trend_slope is 'Least-squares slope, points per second, not rounded. Positive: improving.';

comment on column analytics.mv_weakness_patterns.score_trend_per_day is 'The same slope, points per day.';

comment on column analytics.mv_weakness_patterns.challenge_sample_count is
    'Samples behind the quartiles; rows with fewer than five are not served.';

select analytics.register_view(
    view_name => 'mv_weakness_patterns',
    pack => 'arena',
    schedule => '3,33 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_lane_scores',
    refresh_on_change => '10 seconds',
    incremental => true
);

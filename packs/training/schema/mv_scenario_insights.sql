-- Object: analytics.mv_scenario_insights
-- Grain: one row per organisation and scenario with a scored attempt
-- Reads: analytics.fact_scenario_attempts, analytics.dim_scenarios
-- Serves: /analytics/training/scenario-insights, /analytics/training/top-scenarios
-- Refresh: by scenario, daily at 02:00 UTC
-- Why: the spread counts as high from three tenths of the average on. A share of the average means the same on a scale
--      to 5 as on one to 100, which a fixed number of points would not.
create materialized view analytics.mv_scenario_insights as
with scored_attempts as (
    select f.org_id, f.scenario_id, f.score, f.duration_seconds, f.ended_at
    from analytics.fact_scenario_attempts as f
    where f.score is not null and f.scenario_id is not null
),
scenarios as (
    select
        a.org_id,
        a.scenario_id,
        count(*) as attempt_count,
        avg(a.score) as avg_score,
        stddev(a.score) as score_stddev,
        avg(a.duration_seconds) as avg_duration,
        -- The middle value from below and from above, one value or two: percentile_cont would compute in floats.
        (
            percentile_disc(0.5) within group (order by a.score)
            + percentile_disc(0.5) within group (order by a.score desc)
        ) / 2 as median_score,
        max(a.ended_at) as last_attempted
    from scored_attempts as a
    group by a.org_id, a.scenario_id
)
select
    s.org_id,
    s.scenario_id,
    d.title,
    s.attempt_count,
    round(s.avg_score, 3) as avg_score,
    round(s.score_stddev, 3) as score_stddev,
    round(s.avg_duration, 3) as avg_duration,
    round(s.median_score, 3) as median_score,
    s.last_attempted,
    coalesce(s.score_stddev > 0 and s.score_stddev >= 0.3 * s.avg_score, false) as has_high_variance
from scenarios as s
left join analytics.dim_scenarios as d on d.org_id = s.org_id and d.scenario_id = s.scenario_id
with no data;

create unique index mv_scenario_insights_key
    on analytics.mv_scenario_insights (org_id, scenario_id);

grant select on table analytics.mv_scenario_insights to reporting_user;

comment on materialized view analytics.mv_scenario_insights is 'Scores of a scenario over all time.';

comment on column analytics.mv_scenario_insights.attempt_count is 'Scored attempts; those without a score are in no figure of the row.';

comment on column analytics.mv_scenario_insights.score_stddev is 'Sample standard deviation; null for one attempt.';

comment on column analytics.mv_scenario_insights.avg_duration is
    'Seconds, over the scored attempts with a known duration; null when there is none.';

comment on column analytics.mv_scenario_insights.median_score is 'Exact; between two scores, their mean.';

comment on column analytics.mv_scenario_insights.last_attempted is 'End of the last scored attempt; null when no end is known.';

comment on column analytics.mv_scenario_insights.has_high_variance is 'The standard deviation is at least 0.3 of the average: difficulty is inconsistent, or the rubric unclear.';

select analytics.register_view(
    view_name => 'mv_scenario_insights',
    pack => 'training',
    schedule => '0 2 * * *',
    stale_after => '26 hours',
    source_at => 'analytics.fact_scenario_attempts.started_at',
    incremental => true
);

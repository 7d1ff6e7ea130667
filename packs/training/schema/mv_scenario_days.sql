-- Object: analytics.mv_scenario_days
-- Grain: one row per organisation, scenario and UTC day on which a scored attempt of it began
-- Reads: analytics.fact_scenario_attempts
-- Serves: source of /analytics/training/scenario-insights and /analytics/training/top-scenarios, for a period
-- Refresh: by scenario and day, daily at 02:05 UTC, after mv_scenario_insights
-- Why: the median of a period cannot be summed from days, so each day keeps its scores. From them any period gets the
--      figures that mv_scenario_insights has for all time.
create materialized view analytics.mv_scenario_days as
select
    f.org_id,
    f.scenario_id,
    f.date_key as active_on,
    array_agg(f.score order by f.score) as scores,
    sum(f.duration_seconds) as duration_seconds,
    count(f.duration_seconds) as durations_count,
    max(f.ended_at) as last_ended_at
from analytics.fact_scenario_attempts as f
where f.score is not null and f.scenario_id is not null
group by f.org_id, f.scenario_id, f.date_key
with no data;

create unique index mv_scenario_days_key
    on analytics.mv_scenario_days (org_id, active_on, scenario_id);

comment on materialized view analytics.mv_scenario_days is 'Scores of a scenario on a day.';

comment on column analytics.mv_scenario_days.scores is 'Scores of the scored attempts, one each.';

comment on column analytics.mv_scenario_days.duration_seconds is
    'Seconds of the scored attempts with a known duration, which are durations_count; null when there is none.';

comment on column analytics.mv_scenario_days.last_ended_at is 'End of the last of them; null when no end is known.';

select analytics.register_view(
    view_name => 'mv_scenario_days',
    pack => 'training',
    schedule => '5 2 * * *',
    stale_after => '26 hours',
    source_at => 'analytics.fact_scenario_attempts.started_at',
    incremental => true
);

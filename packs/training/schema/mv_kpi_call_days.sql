-- Object: analytics.mv_kpi_call_days
-- Grain: one row per organisation, event type, UTC day of the attempt's start, scenario, and minute of the call in
--      which the event occurred
-- Reads: analytics.fact_kpi_events, analytics.fact_scenario_attempts
-- Serves: source of /analytics/training/kpi/heatmap, for a period or a scenario
-- Refresh: by day and scenario of an attempt, and by type and minute of an event, hourly
-- Why: an attempt has one day and one scenario, so its minutes can be summed over any of them.
create materialized view analytics.mv_kpi_call_days as
select
    f.org_id,
    e.event_type,
    f.date_key as active_on,
    -- An empty text for an attempt without a scenario: a key may not be null.
    coalesce(f.scenario_id::text, '') as scenario_key,
    e.timestamp_ms / 60000 as minute_of_call,
    count(*) as events_count,
    count(distinct e.attempt_id) as attempts_count
from analytics.fact_kpi_events as e
join analytics.fact_scenario_attempts as f on f.attempt_id = e.attempt_id and f.org_id = e.org_id
where e.timestamp_ms is not null
group by f.org_id, e.event_type, f.date_key, coalesce(f.scenario_id::text, ''), e.timestamp_ms / 60000
with no data;

create unique index mv_kpi_call_days_key
    on analytics.mv_kpi_call_days (org_id, event_type, active_on, scenario_key, minute_of_call);

comment on materialized view analytics.mv_kpi_call_days is
    'When in a call events occur, by day and scenario. For completed attempts, where the moment is known.';

comment on column analytics.mv_kpi_call_days.scenario_key is 'scenario_id as text; empty for attempts without a scenario.';

comment on column analytics.mv_kpi_call_days.attempts_count is 'Attempts with such an event in this minute.';

select analytics.register_view(
    view_name => 'mv_kpi_call_days',
    pack => 'training',
    schedule => '28 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_kpi_events.created_at',
    incremental => true
);

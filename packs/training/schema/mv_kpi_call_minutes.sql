-- Object: analytics.mv_kpi_call_minutes
-- Grain: one row per organisation, event type and minute of the call in which the event occurred
-- Reads: analytics.fact_kpi_events, analytics.fact_scenario_attempts
-- Serves: /analytics/training/kpi/heatmap
-- Refresh: by organisation of an attempt, and by type and minute of an event, hourly
-- Why: over all time the minutes are stored, so that the usual request reads few rows.
create materialized view analytics.mv_kpi_call_minutes as
select
    f.org_id,
    e.event_type,
    e.timestamp_ms / 60000 as minute_of_call,
    count(*) as events_count,
    count(distinct e.attempt_id) as attempts_count
from analytics.fact_kpi_events as e
join analytics.fact_scenario_attempts as f on f.attempt_id = e.attempt_id and f.org_id = e.org_id
where e.timestamp_ms is not null
group by f.org_id, e.event_type, e.timestamp_ms / 60000
with no data;

create unique index mv_kpi_call_minutes_key
    on analytics.mv_kpi_call_minutes (org_id, event_type, minute_of_call);

grant select on table analytics.mv_kpi_call_minutes to reporting_user;

comment on materialized view analytics.mv_kpi_call_minutes is
    'When in a call events occur. For completed attempts, where the moment is known.';

comment on column analytics.mv_kpi_call_minutes.minute_of_call is '0 for the first 60 seconds.';

comment on column analytics.mv_kpi_call_minutes.attempts_count is 'Attempts with such an event in this minute.';

select analytics.register_view(
    view_name => 'mv_kpi_call_minutes',
    pack => 'training',
    schedule => '24 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_kpi_events.created_at',
    incremental => true
);

-- Object: analytics.mv_kpi_attempts
-- Grain: one row per completed attempt
-- Reads: analytics.fact_kpi_events, analytics.fact_scenario_attempts
-- Serves: source of /analytics/training/kpi/weekly and /analytics/training/kpi/cohorts, for a period or a scenario
-- Refresh: by attempt, hourly
-- Why: figures of weeks and people over any period and scenario are computed from attempts with their events, including
--      attempts without an event.
create materialized view analytics.mv_kpi_attempts as
with counted as (
    select e.org_id, e.attempt_id, e.event_type, count(*) as events_count
    from analytics.fact_kpi_events as e
    group by e.org_id, e.attempt_id, e.event_type
),
events as (
    select c.org_id, c.attempt_id, jsonb_object_agg(c.event_type, c.events_count) as events
    from counted as c
    group by c.org_id, c.attempt_id
)
select
    f.org_id,
    f.attempt_id,
    f.date_key as active_on,
    f.user_id,
    f.scenario_id,
    f.score,
    coalesce(e.events, '{}'::jsonb) as events
from analytics.fact_scenario_attempts as f
left join events as e on e.org_id = f.org_id and e.attempt_id = f.attempt_id
with no data;

create unique index mv_kpi_attempts_key
    on analytics.mv_kpi_attempts (org_id, active_on, attempt_id);

comment on materialized view analytics.mv_kpi_attempts is 'How often events occur in an attempt.';

comment on column analytics.mv_kpi_attempts.active_on is 'UTC day of the start.';

comment on column analytics.mv_kpi_attempts.events is 'Number of events by type; a type that did not occur is absent.';

select analytics.register_view(
    view_name => 'mv_kpi_attempts',
    pack => 'training',
    schedule => '27 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_kpi_events.created_at',
    incremental => true
);

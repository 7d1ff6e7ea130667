-- Object: analytics.mv_kpi_weeks
-- Grain: one row per organisation, event type and week (Monday, UTC) with a completed attempt
-- Reads: analytics.fact_kpi_events, analytics.fact_scenario_attempts, analytics.kpi_event_types
-- Serves: /analytics/training/kpi/weekly
-- Refresh: by week of an attempt, and by type of an event, hourly
-- Why not materialized: read twice, the attempts would be computed for all organisations, whatever week is asked for.
-- Why: a week without an interruption is a row of zeros, not a gap: it may be the very goal of a changed script.
create materialized view analytics.mv_kpi_weeks as
with attempts as not materialized (
    select
        f.org_id,
        f.attempt_id,
        date_trunc('week', f.date_key::timestamp)::date as week_start
    from analytics.fact_scenario_attempts as f
),
weeks as (
    select a.org_id, a.week_start, t.event_type, count(*) as attempts_count
    from attempts as a
    cross join analytics.kpi_event_types as t
    group by a.org_id, a.week_start, t.event_type
),
events as (
    select
        a.org_id,
        a.week_start,
        e.event_type,
        count(*) as events_count,
        count(distinct e.attempt_id) as attempts_with_events_count
    from analytics.fact_kpi_events as e
    join attempts as a on a.attempt_id = e.attempt_id and a.org_id = e.org_id
    group by a.org_id, a.week_start, e.event_type
)
select
    w.org_id,
    w.event_type,
    w.week_start,
    coalesce(e.events_count, 0) as events_count,
    coalesce(e.attempts_with_events_count, 0) as attempts_with_events_count,
    w.attempts_count,
    round(coalesce(e.events_count, 0)::numeric / w.attempts_count, 4) as events_per_attempt
from weeks as w
left join events as e on e.org_id = w.org_id and e.week_start = w.week_start and e.event_type = w.event_type
with no data;

create unique index mv_kpi_weeks_key
    on analytics.mv_kpi_weeks (org_id, event_type, week_start);

grant select on table analytics.mv_kpi_weeks to reporting_user;

comment on materialized view analytics.mv_kpi_weeks is 'How often events occur, by week.';

comment on column analytics.mv_kpi_weeks.week_start is 'Monday of the ISO week of the UTC start of the attempt.';

comment on column analytics.mv_kpi_weeks.attempts_with_events_count is 'Attempts with at least one such event.';

comment on column analytics.mv_kpi_weeks.attempts_count is
    'All completed attempts of the week, with and without such an event.';

comment on column analytics.mv_kpi_weeks.events_per_attempt is 'events_count / attempts_count, four decimals.';

select analytics.register_view(
    view_name => 'mv_kpi_weeks',
    pack => 'training',
    schedule => '25 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_kpi_events.created_at',
    incremental => true
);

-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
-- In the order of the files: keys of a source are numbered as they are registered.

-- packs/training/schema/mv_assignment_status.sql

select analytics.register_view(
    view_name => 'mv_assignment_status',
    pack => 'training',
    schedule => '2,17,32,47 * * * *',
    stale_after => '40 minutes',
    source_at => 'analytics.fact_scenario_attempts.started_at',
    incremental => true,
    incremental_by => '{org_id, user_id, assignment_id}'
);

-- packs/training/schema/mv_kpi_attempts.sql

select analytics.register_view(
    view_name => 'mv_kpi_attempts',
    pack => 'training',
    schedule => '27 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_kpi_events.created_at',
    incremental => true
);

-- packs/training/schema/mv_kpi_call_days.sql

select analytics.register_view(
    view_name => 'mv_kpi_call_days',
    pack => 'training',
    schedule => '28 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_kpi_events.created_at',
    incremental => true
);

-- packs/training/schema/mv_kpi_call_minutes.sql

select analytics.register_view(
    view_name => 'mv_kpi_call_minutes',
    pack => 'training',
    schedule => '24 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_kpi_events.created_at',
    incremental => true
);

-- packs/training/schema/mv_kpi_users.sql

select analytics.register_view(
    view_name => 'mv_kpi_users',
    pack => 'training',
    schedule => '26 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_kpi_events.created_at',
    incremental => true
);

-- packs/training/schema/mv_kpi_weeks.sql

-- The query changes too, and is made again with its rows.
select analytics.change_table('analytics.mv_kpi_weeks', '', jsonb_build_object('mv_kpi_weeks', $text$
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

comment on materialized view analytics.mv_kpi_weeks is 'How often events occur, by week.';

comment on column analytics.mv_kpi_weeks.week_start is 'Monday of the ISO week of the UTC start of the attempt.';

comment on column analytics.mv_kpi_weeks.attempts_with_events_count is 'Attempts with at least one such event.';

comment on column analytics.mv_kpi_weeks.attempts_count is
    'All completed attempts of the week, with and without such an event.';

comment on column analytics.mv_kpi_weeks.events_per_attempt is 'events_count / attempts_count, four decimals.';
$text$));

select analytics.register_view(
    view_name => 'mv_kpi_weeks',
    pack => 'training',
    schedule => '25 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_kpi_events.created_at',
    incremental => true
);

-- packs/training/schema/mv_leaderboard_month.sql

select analytics.register_view(
    view_name => 'mv_leaderboard_month',
    pack => 'training',
    schedule => '0 2 * * *',
    stale_after => '26 hours',
    source_at => 'analytics.fact_scenario_attempts.started_at',
    incremental => true
);

-- packs/training/schema/mv_org_activity_day.sql

select analytics.register_view(
    view_name => 'mv_org_activity_day',
    pack => 'training',
    schedule => '20 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_scenario_attempts.started_at',
    incremental => true
);

-- packs/training/schema/mv_org_overview.sql

select analytics.register_view(
    view_name => 'mv_org_overview',
    pack => 'training',
    schedule => '0 2 * * *',
    stale_after => '26 hours',
    source_at => 'analytics.fact_scenario_attempts.started_at',
    incremental => true
);

-- packs/training/schema/mv_scenario_days.sql

select analytics.register_view(
    view_name => 'mv_scenario_days',
    pack => 'training',
    schedule => '5 2 * * *',
    stale_after => '26 hours',
    source_at => 'analytics.fact_scenario_attempts.started_at',
    incremental => true
);

-- packs/training/schema/mv_scenario_insights.sql

select analytics.register_view(
    view_name => 'mv_scenario_insights',
    pack => 'training',
    schedule => '0 2 * * *',
    stale_after => '26 hours',
    source_at => 'analytics.fact_scenario_attempts.started_at',
    incremental => true
);

-- packs/training/schema/mv_user_activity_day.sql

select analytics.register_view(
    view_name => 'mv_user_activity_day',
    pack => 'training',
    schedule => '21 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_scenario_attempts.started_at',
    incremental => true
);

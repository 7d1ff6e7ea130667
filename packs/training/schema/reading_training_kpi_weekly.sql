-- Object: freshet.reading_training_kpi_weekly() and its row type
-- Grain: one row per organisation and week (Monday, UTC) with a completed attempt in the requested period and scenario
-- Reads: analytics.mv_kpi_weeks, analytics.mv_kpi_attempts
-- Serves: /analytics/training/kpi/weekly
-- Why: the weeks of all attempts are stored; those of a period or of a scenario are counted from its attempts, a week
--      without an event included. The first and the last week of a period hold only the days of the period.
create type freshet.training_kpi_weekly_row as (
    org_id uuid,
    event_type text,
    week_start date,
    events_count bigint,
    attempts_with_events_count bigint,
    attempts_count bigint,
    events_per_attempt numeric
);

comment on column freshet.training_kpi_weekly_row.week_start is 'Monday of the ISO week of the UTC start of the attempt.';

comment on column freshet.training_kpi_weekly_row.attempts_with_events_count is 'Attempts with at least one such event.';

comment on column freshet.training_kpi_weekly_row.attempts_count is
    'All completed attempts of the week in the requested period and scenario, with and without such an event.';

comment on column freshet.training_kpi_weekly_row.events_per_attempt is 'events_count / attempts_count, four decimals.';

create function freshet.reading_training_kpi_weekly(asked jsonb)
returns setof freshet.training_kpi_weekly_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    wanted_type constant text := asked #>> '{params,event_type}';
    wanted_scenario constant uuid := (asked #>> '{params,scenario_id}')::uuid;
    from_on constant date := (asked #>> '{params,from}')::date;
    to_on constant date := (asked #>> '{params,to}')::date;
begin
    if from_on is null and to_on is null and wanted_scenario is null then
        return query
        select
            w.org_id, w.event_type, w.week_start, w.events_count, w.attempts_with_events_count, w.attempts_count, w.events_per_attempt
        from analytics.mv_kpi_weeks as w
        where w.org_id = any (orgs) and w.event_type = wanted_type;
        return;
    end if;

    return query
    with attempts as (
        select
            a.org_id,
            date_trunc('week', a.active_on::timestamp)::date as week_start,
            coalesce((a.events ->> wanted_type)::bigint, 0) as events_count
        from analytics.mv_kpi_attempts as a
        where a.org_id = any (orgs)
            and a.active_on between coalesce(from_on, '-infinity') and coalesce(to_on, 'infinity')
            and (wanted_scenario is null or a.scenario_id = wanted_scenario)
    )
    select
        a.org_id,
        wanted_type,
        a.week_start,
        sum(a.events_count)::bigint,
        count(*) filter (where a.events_count > 0),
        count(*),
        round(sum(a.events_count) / count(*), 4)
    from attempts as a
    group by a.org_id, a.week_start;
end
$$;

revoke all on function freshet.reading_training_kpi_weekly(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_kpi_weekly(jsonb) is
    'Events of one type by week: of all attempts, or of those of a scenario that began from `from` to `to`, UTC days, both included. Idempotent.';

-- Object: freshet.reading_training_kpi_heatmap() and its row type
-- Grain: one row per organisation and minute of the call in which an event occurred
-- Reads: analytics.mv_kpi_call_minutes, analytics.mv_kpi_call_days
-- Serves: /analytics/training/kpi/heatmap
-- Why: the minutes of all attempts are stored; those of a period or of a scenario are summed from its days.
create type freshet.training_kpi_heatmap_row as (
    org_id uuid,
    event_type text,
    minute_of_call integer,
    events_count bigint,
    attempts_count bigint
);

comment on column freshet.training_kpi_heatmap_row.minute_of_call is '0 for the first 60 seconds.';

comment on column freshet.training_kpi_heatmap_row.attempts_count is 'Attempts with such an event in this minute.';

create function freshet.reading_training_kpi_heatmap(asked jsonb)
returns setof freshet.training_kpi_heatmap_row
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
        select m.org_id, m.event_type, m.minute_of_call, m.events_count, m.attempts_count
        from analytics.mv_kpi_call_minutes as m
        where m.org_id = any (orgs) and m.event_type = wanted_type;
        return;
    end if;

    return query
    select m.org_id, wanted_type, m.minute_of_call, sum(m.events_count)::bigint, sum(m.attempts_count)::bigint
    from analytics.mv_kpi_call_days as m
    where m.org_id = any (orgs)
        and m.event_type = wanted_type
        and m.active_on between coalesce(from_on, '-infinity') and coalesce(to_on, 'infinity')
        and (wanted_scenario is null or m.scenario_key = wanted_scenario::text)
    group by m.org_id, m.minute_of_call;
end
$$;

revoke all on function freshet.reading_training_kpi_heatmap(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_kpi_heatmap(jsonb) is
    'Events of one type by minute of the call: of all attempts, or of those of a scenario that began from `from` to `to`, UTC days, both included. Idempotent.';

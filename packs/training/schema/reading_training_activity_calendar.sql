-- Object: freshet.reading_training_activity_calendar() and its row type
-- Grain: one row per organisation and UTC day of the year with an attempt
-- Reads: analytics.mv_org_activity_day
-- Serves: /analytics/training/activity-calendar
-- Why: a calendar shades each day by its share of the busiest day, under a total. Both are about the whole year, on
--      each row, so that a page need not load all days of an organisation.
create type freshet.training_activity_calendar_row as (
    org_id uuid,
    active_on date,
    attempts_count bigint,
    active_users_count bigint,
    year_attempts_count bigint,
    busiest_attempts_count bigint,
    busiest_on date
);

comment on column freshet.training_activity_calendar_row.year_attempts_count is 'Attempts of the organisation on all days of the year: the same on each of its rows.';

comment on column freshet.training_activity_calendar_row.busiest_attempts_count is
    'Attempts on the busiest day of the year.';

comment on column freshet.training_activity_calendar_row.busiest_on is 'That day, the first where there are several.';

create function freshet.reading_training_activity_calendar(asked jsonb)
returns setof freshet.training_activity_calendar_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    wanted_year constant integer := coalesce(asked #>> '{params,year}', left(asked ->> 'today', 4))::integer;
begin
    return query
    select
        d.org_id,
        d.active_on,
        d.started_count,
        d.active_users_count,
        sum(d.started_count) over org::bigint,
        max(d.started_count) over org,
        first_value(d.active_on) over (partition by d.org_id order by d.started_count desc, d.active_on)
    from analytics.mv_org_activity_day as d
    where d.org_id = any (orgs)
        and d.active_on between make_date(wanted_year, 1, 1) and make_date(wanted_year, 12, 31)
        -- A day on which attempts only ended is no day of activity.
        and d.started_count > 0
    window org as (partition by d.org_id);
end
$$;

revoke all on function freshet.reading_training_activity_calendar(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_activity_calendar(jsonb) is
    'The days of a year (this year by default) with the attempts that began on them, and the total and the busiest day of the year. Idempotent.';

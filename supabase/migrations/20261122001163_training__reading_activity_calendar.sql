-- Object: private.reading_training_activity_calendar(asked)
-- Grain: one row per organisation and UTC day of the year with an attempt
-- Reads: analytics.mv_org_activity_day
-- Serves: /analytics/training/activity-calendar

create type private.training_activity_calendar_row as (
    org_id uuid,
    active_on date,
    attempts_count bigint,
    active_users_count bigint
);

create function private.reading_training_activity_calendar(asked jsonb)
returns setof private.training_activity_calendar_row
language plpgsql
stable
set search_path = ''
as $$
declare
    orgs constant uuid[] := private.asked_orgs(asked);
    wanted_year constant integer := coalesce(asked #>> '{params,year}', left(asked ->> 'today', 4))::integer;
begin
    return query
    select d.org_id, d.active_on, d.started_count, d.active_users_count
    from analytics.mv_org_activity_day as d
    where d.org_id = any (orgs)
        and d.active_on between make_date(wanted_year, 1, 1) and make_date(wanted_year, 12, 31)
        -- A day on which attempts only ended is no day of activity.
        and d.started_count > 0;
end
$$;
revoke all on function private.reading_training_activity_calendar(jsonb) from public, anon, authenticated;
comment on function private.reading_training_activity_calendar(jsonb) is
    'The days of a year, this one unless one is named, with the attempts that began on them. Idempotent.';

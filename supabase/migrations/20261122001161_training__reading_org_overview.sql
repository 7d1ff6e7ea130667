-- Object: private.reading_training_org_overview(asked)
-- Grain: one row per organisation, one in which nothing happened included
-- Reads: analytics.mv_org_overview, analytics.mv_org_activity_day, analytics.mv_user_activity_day, analytics.dim_orgs
-- Serves: /analytics/training/org-overview
-- Why: "this week" is the seven UTC days that end today, "this month" the thirty, by the clock of the read.

create type private.training_org_overview_row as (
    org_id uuid,
    name text,
    active_users bigint,
    active_users_this_month bigint,
    total_attempts bigint,
    attempts_this_week bigint,
    attempts_this_month bigint,
    avg_score numeric,
    last_activity timestamptz
);

create function private.reading_training_org_overview(asked jsonb)
returns setof private.training_org_overview_row
language plpgsql
stable
set search_path = ''
as $$
declare
    orgs constant uuid[] := private.asked_orgs(asked);
    today constant date := (asked ->> 'today')::date;
begin
    return query
    with attempts as (
        select
            d.org_id,
            sum(d.ended_count) filter (where d.active_on > today - 7) as this_week,
            sum(d.ended_count) as this_month
        from analytics.mv_org_activity_day as d
        where d.org_id = any (orgs) and d.active_on > today - 30 and d.active_on <= today
        group by d.org_id
    ),
    users as (
        select u.org_id, count(distinct u.user_id) as this_month
        from analytics.mv_user_activity_day as u
        where u.org_id = any (orgs) and u.active_on > today - 30 and u.active_on <= today
        group by u.org_id
    )
    select
        o.org_id,
        o.name,
        coalesce(v.active_users, 0),
        coalesce(u.this_month, 0),
        coalesce(v.total_attempts, 0),
        coalesce(a.this_week, 0)::bigint,
        coalesce(a.this_month, 0)::bigint,
        case when v.scored_count >= 5 then v.avg_score end,
        v.last_activity
    from analytics.dim_orgs as o
    left join analytics.mv_org_overview as v on v.org_id = o.org_id
    left join attempts as a on a.org_id = o.org_id
    left join users as u on u.org_id = o.org_id
    where o.org_id = any (orgs);
end
$$;
revoke all on function private.reading_training_org_overview(jsonb) from public, anon, authenticated;
comment on function private.reading_training_org_overview(jsonb) is
    'An organisation in one row. Attempts of a week and a month go by the day of their end, users of a month by that of a start; the average needs five scores. Idempotent.';

-- Object: freshet.reading_training_org_overview() and its row type
-- Grain: one row per organisation
-- Reads: analytics.org_overviews, analytics.mv_org_activity_day, analytics.mv_user_activity_day
-- Serves: /analytics/training/org-overview
-- Why: a page may show a period. The totals of a period are differences of the running totals that each day stores, and
--      count by the day of the end, as those over all time do. "This week" and "this month" are about today, whatever
--      the period.
create type freshet.training_org_overview_row as (
    org_id uuid,
    name text,
    active_users bigint,
    active_users_this_month bigint,
    total_attempts bigint,
    attempts_this_week bigint,
    attempts_this_month bigint,
    avg_score numeric,
    scored_count bigint,
    last_activity timestamptz
);

comment on column freshet.training_org_overview_row.active_users is
    'Users with a completed attempt that ended in the period; without a period, over all time.';

comment on column freshet.training_org_overview_row.total_attempts is
    'Completed attempts that ended in the period; avg_score, scored_count and last_activity are about them.';

create function freshet.reading_training_org_overview(asked jsonb)
returns setof freshet.training_org_overview_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    today constant date := (asked ->> 'today')::date;
    from_on constant date := (asked #>> '{params,from}')::date;
    to_on constant date := (asked #>> '{params,to}')::date;
    last_on constant date := least(to_on, today);
begin
    if from_on is null and to_on is null then
        return query
        select
            v.org_id,
            v.name,
            v.active_users,
            v.active_users_this_month,
            v.total_attempts,
            v.attempts_this_week,
            v.attempts_this_month,
            v.avg_score,
            v.scored_count,
            v.last_activity
        from analytics.org_overviews as v
        where v.read_on = today and v.org_id = any (orgs);
        return;
    end if;

    return query
    with periods as (
        select
            v.org_id,
            v.name,
            v.active_users_this_month,
            v.attempts_this_week,
            v.attempts_this_month,
            coalesce(l.total_ended_count, 0) - coalesce(b.total_ended_count, 0) as attempts_count,
            coalesce(l.total_scored_count, 0) - coalesce(b.total_scored_count, 0) as scored_count,
            coalesce(l.total_score_sum, 0) - coalesce(b.total_score_sum, 0) as score_sum,
            -- The last attempt that ended by then; it belongs to the period if any attempt of the period is among them.
            l.last_ended_at
        from analytics.org_overviews as v
        left join lateral (
            select d.total_ended_count, d.total_scored_count, d.total_score_sum, d.last_ended_at
            from analytics.mv_org_activity_day as d
            where d.org_id = v.org_id and d.active_on <= last_on
            order by d.active_on desc
            limit 1
        ) as l on true
        left join lateral (
            select d.total_ended_count, d.total_scored_count, d.total_score_sum
            from analytics.mv_org_activity_day as d
            where d.org_id = v.org_id and d.active_on <= last_on and d.active_on < from_on
            order by d.active_on desc
            limit 1
        ) as b on true
        where v.read_on = today and v.org_id = any (orgs)
    )
    select
        p.org_id,
        p.name,
        (
            select count(distinct m.user_id)
            from analytics.mv_user_activity_day as m
            where m.org_id = p.org_id
                and m.ended_count > 0
                and m.active_on between coalesce(from_on, '-infinity') and last_on
        ),
        p.active_users_this_month,
        p.attempts_count,
        p.attempts_this_week,
        p.attempts_this_month,
        round(p.score_sum / nullif(p.scored_count, 0), 3),
        p.scored_count,
        case when p.attempts_count > 0 then p.last_ended_at end
    from periods as p;
end
$$;

revoke all on function freshet.reading_training_org_overview(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_org_overview(jsonb) is
    'An organisation in one row, also one without any activity: as analytics.org_overviews has it today, or from `from` to `to`, UTC days of the end, both included and up to today. Idempotent.';

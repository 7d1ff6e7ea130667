-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- packs/training/schema/reading_training_my_score_trend.sql

create or replace function freshet.reading_training_my_score_trend(asked jsonb)
returns setof freshet.training_my_score_trend_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    org constant uuid := (asked ->> 'org')::uuid;
    people constant text[] := freshet.asked_people(asked);
    last_on constant date := least((asked #>> '{params,to}')::date, (asked ->> 'today')::date);
    days constant integer := (asked #>> '{params,days}')::integer;
begin
    return query
    with attempts as (
        select
            f.user_id,
            f.date_key,
            count(*) as attempts_count,
            round(avg(f.score), 3) as avg_score,
            count(f.score) as scored_count
        from analytics.fact_scenario_attempts as f
        where f.org_id = org and f.user_id = any (people) and f.date_key > last_on - days and f.date_key <= last_on
        group by f.user_id, f.date_key
    )
    select
        org,
        p.user_id,
        last_on - g.days_ago,
        coalesce(a.attempts_count, 0),
        a.avg_score,
        coalesce(a.scored_count, 0)
    from unnest(people) as p (user_id)
    cross join generate_series(0, days - 1) as g (days_ago)
    left join attempts as a on a.user_id = p.user_id and a.date_key = last_on - g.days_ago;
end
$$;

-- packs/training/schema/reading_training_my_stats.sql

create or replace function freshet.reading_training_my_stats(asked jsonb)
returns setof freshet.training_my_stats_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    org constant uuid := (asked ->> 'org')::uuid;
    people constant text[] := freshet.asked_people(asked);
    today constant date := (asked ->> 'today')::date;
begin
    return query
    with scores as (
        select
            p.user_id,
            count(f.attempt_id) filter (where f.date_key > today - 7) as attempts_this_week,
            avg(f.score) filter (where f.date_key > today - 7) as this_week,
            avg(f.score) filter (where f.date_key between today - 13 and today - 7) as week_before,
            count(f.attempt_id) as attempts_count,
            avg(f.score) as avg_score,
            max(f.started_at) as last_attempt_at,
            count(f.score) filter (where f.date_key > today - 7) as scored_count_this_week,
            count(f.score) filter (where f.date_key between today - 13 and today - 7) as scored_count_week_before,
            count(f.score) as scored_count
        from unnest(people) as p (user_id)
        left join analytics.fact_scenario_attempts as f
            on f.org_id = org and f.user_id = p.user_id and f.date_key <= today
        group by p.user_id
    )
    select
        org,
        s.user_id,
        u.name,
        s.attempts_this_week,
        round(s.this_week, 3),
        round(s.this_week - s.week_before, 3),
        s.attempts_count,
        round(s.avg_score, 3),
        s.last_attempt_at,
        s.scored_count_this_week,
        s.scored_count_week_before,
        s.scored_count
    from scores as s
    left join analytics.dim_users as u on u.org_id = org and u.user_id = s.user_id;
end
$$;

-- packs/training/schema/refresh_reporting_views.sql

-- Object: freshet.refresh_reporting_views(), public.refresh_reporting_views()
-- Why: the button of the reporting page, which brings all views of the pack up to date at once. It is not a job: each
--      view has its own, so that a failing view is seen, and rolled back, alone. An organisation's admin may press it,
--      and the views belong to all organisations: a view that any caller refreshed in the last minute is not refreshed
--      again for a person, who gets its ledger row; the others are refreshed.
create or replace function freshet.refresh_reporting_views()
returns setof analytics.refresh_log
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    is_person constant boolean := analytics.is_admin() or freshet.is_org_admin();
    wanted text;
    entry analytics.refresh_log;
    is_canceled boolean := false;
begin
    if not is_person then
        perform freshet.assert_operator();
    end if;
    for wanted in
        select o.view_name
        from freshet.refresh_order() as o
        join analytics.views as v on v.view_name = o.view_name
        where v.pack = 'training'
        order by o.depth, o.view_name
    loop
        if is_person then
            select l.* into entry
            from analytics.refresh_log as l
            where l.view_name = wanted
                and l.outcome in ('refreshed', 'skipped_clean')
                and l.started_at > now() - interval '1 minute'
            order by l.id desc
            limit 1;
            if found then
                return next entry;
                continue;
            end if;
        end if;
        -- A statement's limit cancels once: without this the remaining views would be refreshed without any limit.
        if is_canceled then
            return next freshet.refresh_not_tried(wanted);
            continue;
        end if;
        entry := freshet.attempt_refresh(wanted);
        is_canceled := entry.sqlstate is not distinct from '57014';
        return next entry;
    end loop;
end
$$;

comment on function public.refresh_reporting_views() is
    'Refreshes every view of the training pack, sources first, and returns a ledger row for each; if a view fails, only its own work is rolled back. Admins of an organisation and of the platform: a view that was refreshed less than a minute ago is not refreshed again, its last row is returned. Service role: without a limit. Any other caller gets 42501. A call over the data API ends after 60 seconds; views that it did not reach have outcome not_tried and no row in the ledger: analytics.request_refresh(pack => ''training'') has each view''s own limit.';

-- by hand: type freshet.training_my_score_trend_row: its attributes differ, (org_id uuid,user_id text,active_on date,attempts_count bigint,avg_score numeric) and (org_id uuid,user_id text,active_on date,attempts_count bigint,avg_score numeric,scored_count bigint)

-- by hand: type freshet.training_my_stats_row: its attributes differ, (org_id uuid,user_id text,name text,attempts_this_week bigint,avg_score_this_week numeric,avg_score_change numeric,attempts_count bigint,avg_score numeric,last_attempt_at timestamp with time zone) and (org_id uuid,user_id text,name text,attempts_this_week bigint,avg_score_this_week numeric,avg_score_change numeric,attempts_count bigint,avg_score numeric,last_attempt_at timestamp with time zone,scored_count_this_week bigint,scored_count_week_before bigint,scored_count bigint)

-- by hand: comment on column freshet.training_my_score_trend_row.scored_count is (column "scored_count" of relation "freshet.training_my_score_trend_row" does not exist)

-- by hand: comment on column freshet.training_my_stats_row.scored_count_this_week is (column "scored_count_this_week" of relation "freshet.training_my_stats_row" does not exist)

-- by hand: comment on column freshet.training_my_stats_row.scored_count_week_before is (column "scored_count_week_before" of relation "freshet.training_my_stats_row" does not exist)

-- by hand: comment on column freshet.training_my_stats_row.scored_count is (column "scored_count" of relation "freshet.training_my_stats_row" does not exist)

reset check_function_bodies;

-- A caller's own averages come with the number of scores behind them. Drafted by deno task new:migration; the types are
-- extended by hand, since a type that a function returns cannot be made again.
set check_function_bodies = off;

-- packs/training/schema/reading_training_my_score_trend.sql

alter type freshet.training_my_score_trend_row add attribute scored_count bigint;

comment on column freshet.training_my_score_trend_row.scored_count is
    'How many of attempts_count have a score: the basis of avg_score.';

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

alter type freshet.training_my_stats_row
    add attribute scored_count_this_week bigint,
    add attribute scored_count_week_before bigint,
    add attribute scored_count bigint;

comment on column freshet.training_my_stats_row.scored_count_this_week is
    'How many of attempts_this_week have a score: the basis of avg_score_this_week.';

comment on column freshet.training_my_stats_row.scored_count_week_before is
    'Scored attempts of the seven days before: with scored_count_this_week, the basis of avg_score_change.';

comment on column freshet.training_my_stats_row.scored_count is
    'How many of attempts_count have a score: the basis of avg_score.';

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

reset check_function_bodies;

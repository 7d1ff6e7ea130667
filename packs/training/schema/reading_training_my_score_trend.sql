-- Object: freshet.reading_training_my_score_trend() and its row type
-- Grain: one row per person and UTC day, for the `days` days that end with `to`, those without an attempt included
-- Reads: analytics.fact_scenario_attempts
-- Serves: /analytics/training/me/score-trend
-- Why: a person's own page is read live: an attempt that has just ended is visible at once. As in attempt-trend, the
--      period is a number of days that end with a given day.
create type freshet.training_my_score_trend_row as (
    org_id uuid,
    user_id text,
    active_on date,
    attempts_count bigint,
    avg_score numeric,
    scored_count bigint
);

comment on column freshet.training_my_score_trend_row.scored_count is
    'How many of attempts_count have a score: the basis of avg_score.';

create function freshet.reading_training_my_score_trend(asked jsonb)
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

revoke all on function freshet.reading_training_my_score_trend(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_my_score_trend(jsonb) is
    'A person''s own attempts by the UTC day of their start, on the `days` days that end with `to`, today at the latest; the average is null on a day without a score. Idempotent.';

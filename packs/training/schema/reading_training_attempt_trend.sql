-- Object: freshet.reading_training_attempt_trend() and its row type
-- Grain: one row per organisation and UTC day, for the `days` days that end with `to`, those without an attempt
--      included
-- Reads: analytics.mv_org_activity_day
-- Serves: /analytics/training/attempt-trend
-- Why: a page also draws the trend of a past period. The period is a number of days with an end, never an open
--      beginning.
create type freshet.training_attempt_trend_row as (
    org_id uuid,
    active_on date,
    attempts_count bigint,
    active_users_count bigint,
    avg_score numeric,
    scored_count bigint
);

comment on column freshet.training_attempt_trend_row.scored_count is
    'How many of attempts_count have a score: the basis of avg_score.';

create function freshet.reading_training_attempt_trend(asked jsonb)
returns setof freshet.training_attempt_trend_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    last_on constant date := least((asked #>> '{params,to}')::date, (asked ->> 'today')::date);
    days constant integer := (asked #>> '{params,days}')::integer;
begin
    return query
    select
        o.org_id,
        last_on - g.days_ago,
        coalesce(d.started_count, 0),
        coalesce(d.active_users_count, 0),
        round(d.score_sum / nullif(d.scored_count, 0), 3),
        coalesce(d.scored_count, 0)
    from unnest(orgs) as o (org_id)
    cross join generate_series(0, days - 1) as g (days_ago)
    left join analytics.mv_org_activity_day as d on d.org_id = o.org_id and d.active_on = last_on - g.days_ago;
end
$$;

revoke all on function freshet.reading_training_attempt_trend(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_attempt_trend(jsonb) is
    'Completed attempts by the day of their start, on the `days` days that end with `to`, today at the latest. Idempotent.';

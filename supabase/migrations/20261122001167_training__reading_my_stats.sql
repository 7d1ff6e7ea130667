-- Object: private.reading_training_my_stats(asked), private.reading_training_my_score_trend(asked)
-- Grain: one row per person; one row per person and UTC day for the last `days` days, those without an attempt included
-- Reads: analytics.fact_scenario_attempts
-- Serves: /analytics/training/me/stats, /analytics/training/me/score-trend
-- Why: who has just finished an attempt looks for it here, so these read the facts as they are. One person's rows are few,
--      and the index finds them.

create type private.training_my_stats_row as (
    org_id uuid,
    user_id text,
    attempts_this_week bigint,
    avg_score_this_week numeric,
    avg_score_change numeric,
    attempts_count bigint,
    avg_score numeric,
    last_attempt_at timestamptz
);

create function private.reading_training_my_stats(asked jsonb)
returns setof private.training_my_stats_row
language plpgsql
stable
set search_path = ''
as $$
declare
    org constant uuid := (asked ->> 'org')::uuid;
    people constant text[] := private.asked_people(asked);
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
            max(f.started_at) as last_attempt_at
        from unnest(people) as p (user_id)
        left join analytics.fact_scenario_attempts as f
            on f.org_id = org and f.user_id = p.user_id and f.date_key <= today
        group by p.user_id
    )
    select
        org,
        s.user_id,
        s.attempts_this_week,
        round(s.this_week, 3),
        round(s.this_week - s.week_before, 3),
        s.attempts_count,
        round(s.avg_score, 3),
        s.last_attempt_at
    from scores as s;
end
$$;
revoke all on function private.reading_training_my_stats(jsonb) from public, anon, authenticated;
comment on function private.reading_training_my_stats(jsonb) is
    'A person''s own figures, by the UTC day of the start, up to today. This week is the seven days that end today; the change is against the seven before, null unless both have a score. Idempotent.';

create type private.training_my_score_trend_row as (
    org_id uuid,
    user_id text,
    active_on date,
    attempts_count bigint,
    avg_score numeric
);

create function private.reading_training_my_score_trend(asked jsonb)
returns setof private.training_my_score_trend_row
language plpgsql
stable
set search_path = ''
as $$
declare
    org constant uuid := (asked ->> 'org')::uuid;
    people constant text[] := private.asked_people(asked);
    today constant date := (asked ->> 'today')::date;
    days constant integer := (asked #>> '{params,days}')::integer;
begin
    return query
    with attempts as (
        select f.user_id, f.date_key, count(*) as attempts_count, round(avg(f.score), 3) as avg_score
        from analytics.fact_scenario_attempts as f
        where f.org_id = org and f.user_id = any (people) and f.date_key > today - days and f.date_key <= today
        group by f.user_id, f.date_key
    )
    select org, p.user_id, today - g.days_ago, coalesce(a.attempts_count, 0), a.avg_score
    from unnest(people) as p (user_id)
    cross join generate_series(0, days - 1) as g (days_ago)
    left join attempts as a on a.user_id = p.user_id and a.date_key = today - g.days_ago;
end
$$;
revoke all on function private.reading_training_my_score_trend(jsonb) from public, anon, authenticated;
comment on function private.reading_training_my_score_trend(jsonb) is
    'A person''s own attempts by the UTC day of their start, up to today; the average is null on a day without a score. Idempotent.';

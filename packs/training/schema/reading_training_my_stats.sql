-- Object: freshet.reading_training_my_stats() and its row type
-- Grain: one row per person
-- Reads: analytics.fact_scenario_attempts, analytics.dim_users
-- Serves: /analytics/training/me/stats
-- Why: a person's page greets them by name, which their token may not hold.
create type freshet.training_my_stats_row as (
    org_id uuid,
    user_id text,
    name text,
    attempts_this_week bigint,
    avg_score_this_week numeric,
    avg_score_change numeric,
    attempts_count bigint,
    avg_score numeric,
    last_attempt_at timestamptz,
    scored_count_this_week bigint,
    scored_count_week_before bigint,
    scored_count bigint
);

comment on column freshet.training_my_stats_row.scored_count_this_week is
    'How many of attempts_this_week have a score: the basis of avg_score_this_week.';

comment on column freshet.training_my_stats_row.scored_count_week_before is
    'Scored attempts of the seven days before: with scored_count_this_week, the basis of avg_score_change.';

comment on column freshet.training_my_stats_row.scored_count is
    'How many of attempts_count have a score: the basis of avg_score.';

create function freshet.reading_training_my_stats(asked jsonb)
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

revoke all on function freshet.reading_training_my_stats(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_my_stats(jsonb) is
    'A person''s own figures, by the UTC day of the start, up to today. This week is the seven days that end today; the change is against the seven before, null unless both have a score. Idempotent.';

-- Object: freshet.reading_training_people_figures() and its row type
-- Grain: one row per member of an organisation, former ones too
-- Reads: analytics.dim_users, analytics.mv_user_activity_day, analytics.current_assignments
-- Serves: /analytics/training/people/figures
-- Why: a manager's people, each with their activity in a period and the progress of their assignments. Each row is
--      about one person, and a caller who gets it may also read every attempt behind it.
create type freshet.training_people_figures_row as (
    org_id uuid,
    user_id text,
    name text,
    role text,
    is_active boolean,
    attempts_count bigint,
    scored_count bigint,
    avg_score numeric,
    duration_seconds bigint,
    last_active_on date,
    assignments_count bigint,
    completed_count bigint,
    overdue_count bigint,
    completion_rate numeric
);

comment on column freshet.training_people_figures_row.attempts_count is
    'Completed attempts that began in the period; scored_count, avg_score and duration_seconds cover the same attempts.';

comment on column freshet.training_people_figures_row.last_active_on is 'UTC day on which the last completed attempt began, whatever the period; null where there is none.';

comment on column freshet.training_people_figures_row.assignments_count is
    'All assignments, whatever the period; the counts and the rate after it cover the same assignments.';

comment on column freshet.training_people_figures_row.completion_rate is 'completed_count / assignments_count, four decimals; null without an assignment.';

create function freshet.reading_training_people_figures(asked jsonb)
returns setof freshet.training_people_figures_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    people constant text[] := freshet.asked_people(asked);
    today constant date := (asked ->> 'today')::date;
    from_on constant date := coalesce((asked #>> '{params,from}')::date, '-infinity');
    to_on constant date := least((asked #>> '{params,to}')::date, today);
begin
    return query
    with activity as (
        select
            d.org_id,
            d.user_id,
            coalesce(sum(d.attempts_count) filter (where d.active_on between from_on and to_on), 0)::bigint as attempts_count,
            coalesce(sum(d.scored_count) filter (where d.active_on between from_on and to_on), 0)::bigint as scored_count,
            sum(d.score_sum) filter (where d.active_on between from_on and to_on) as score_sum,
            coalesce(sum(d.duration_seconds) filter (where d.active_on between from_on and to_on), 0)::bigint as duration_seconds,
            max(d.active_on) as last_active_on
        from analytics.mv_user_activity_day as d
        where d.org_id = any (orgs)
            and (people is null or d.user_id = any (people))
            and d.active_on <= today
            -- A day on which attempts only ended is no day of activity.
            and d.attempts_count > 0
        group by d.org_id, d.user_id
    ),
    assignments as (
        select
            s.org_id,
            s.user_id,
            count(*) as assignments_count,
            count(s.completed_at) as completed_count,
            count(*) filter (where freshet.assignment_standing(s.completed_at, s.due_on, today) = 'overdue') as overdue_count
        from analytics.current_assignments as s
        where s.org_id = any (orgs) and (people is null or s.user_id = any (people))
        group by s.org_id, s.user_id
    )
    select
        u.org_id,
        u.user_id,
        u.name,
        u.role::text,
        u.is_active,
        coalesce(a.attempts_count, 0),
        coalesce(a.scored_count, 0),
        round(a.score_sum / nullif(a.scored_count, 0), 3),
        coalesce(a.duration_seconds, 0),
        a.last_active_on,
        coalesce(s.assignments_count, 0),
        coalesce(s.completed_count, 0),
        coalesce(s.overdue_count, 0),
        round(s.completed_count::numeric / s.assignments_count, 4)
    from analytics.dim_users as u
    left join activity as a on a.org_id = u.org_id and a.user_id = u.user_id
    left join assignments as s on s.org_id = u.org_id and s.user_id = u.user_id
    where u.org_id = any (orgs) and (people is null or u.user_id = any (people));
end
$$;

revoke all on function freshet.reading_training_people_figures(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_people_figures(jsonb) is
    'Members with their attempts from `from` to `to`, UTC days of the start, both included and up to today, and their assignments. Idempotent.';

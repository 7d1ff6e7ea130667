-- Object: freshet.reading_training_my_assignments() and its row type
-- Grain: one row per assignment of the person
-- Reads: analytics.assignment_status, analytics.dim_users, analytics.dim_scenarios
-- Serves: /analytics/training/me/assignments
-- Why: a person's own page is read live, with names beside ids.
create type freshet.training_my_assignments_row as (
    org_id uuid,
    user_id text,
    name text,
    assignment_id uuid,
    scenario_id uuid,
    title text,
    difficulty text,
    category text,
    due_on date,
    is_required boolean,
    assigned_at timestamptz,
    completed_at timestamptz,
    attempts_count bigint,
    best_score numeric,
    status text
);

create function freshet.reading_training_my_assignments(asked jsonb)
returns setof freshet.training_my_assignments_row
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
    select
        s.org_id,
        s.user_id,
        u.name,
        s.assignment_id,
        s.scenario_id,
        s.title,
        d.difficulty,
        d.category,
        s.due_on,
        s.is_required,
        s.assigned_at,
        s.completed_at,
        s.attempts_count,
        round(s.best_score, 3),
        freshet.assignment_standing(s.completed_at, s.due_on, today)
    from analytics.assignment_status as s
    left join analytics.dim_users as u on u.org_id = s.org_id and u.user_id = s.user_id
    left join analytics.dim_scenarios as d on d.org_id = s.org_id and d.scenario_id = s.scenario_id
    where s.org_id = org and s.user_id = any (people);
end
$$;

revoke all on function freshet.reading_training_my_assignments(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_my_assignments(jsonb) is
    'A person''s own assignments with their status now. Idempotent.';

-- Object: freshet.reading_training_assignments() and its row type
-- Grain: one row per assignment, which is one scenario for one person
-- Reads: analytics.current_assignments, analytics.dim_scenarios
-- Serves: /analytics/training/assignments
-- Why: a page shows a scenario's current title, difficulty and category.
create type freshet.training_assignments_row as (
    org_id uuid,
    assignment_id uuid,
    user_id text,
    name text,
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
    status text,
    assigned_count bigint,
    completed_count bigint,
    overdue_count bigint,
    completion_rate numeric
);

create function freshet.reading_training_assignments(asked jsonb)
returns setof freshet.training_assignments_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    people constant text[] := freshet.asked_people(asked);
    today constant date := (asked ->> 'today')::date;
begin
    return query
    with assigned as (
        select
            s.org_id,
            s.assignment_id,
            s.user_id,
            s.name,
            s.scenario_id,
            s.title,
            s.due_on,
            s.is_required,
            s.assigned_at,
            s.completed_at,
            s.attempts_count,
            s.best_score,
            freshet.assignment_standing(s.completed_at, s.due_on, today) as status
        from analytics.current_assignments as s
        where s.org_id = any (orgs) and (people is null or s.user_id = any (people))
    )
    select
        a.org_id,
        a.assignment_id,
        a.user_id,
        a.name,
        a.scenario_id,
        a.title,
        d.difficulty,
        d.category,
        a.due_on,
        a.is_required,
        a.assigned_at,
        a.completed_at,
        a.attempts_count,
        a.best_score,
        a.status,
        count(*) over task,
        count(a.completed_at) over task,
        count(*) filter (where a.status = 'overdue') over task,
        round(count(a.completed_at) over task::numeric / count(*) over task, 4)
    from assigned as a
    left join analytics.dim_scenarios as d on d.org_id = a.org_id and d.scenario_id = a.scenario_id
    window task as (partition by a.org_id, a.scenario_id, a.due_on);
end
$$;

revoke all on function freshet.reading_training_assignments(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_assignments(jsonb) is
    'Assignments with their status today. assigned_count, completed_count, overdue_count and completion_rate are over the same scenario and due date. Idempotent.';

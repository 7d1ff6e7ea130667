-- Object: private.reading_training_assignments(asked) (replaced), private.asked_orgs(asked) (replaced)
-- Why: which assignments count is said once, by analytics.current_assignments, which BI tools read too. An organisation that was
--      deleted is asked about in vain, at once, whatever its views still hold.

create or replace function private.asked_orgs(asked jsonb)
returns uuid[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select array(
        select o.org_id
        from analytics.dim_orgs as o
        where asked ->> 'org' is null or o.org_id = (asked ->> 'org')::uuid
    );
$$;
comment on function private.asked_orgs(jsonb) is 'The organisations that a reading is asked about, as far as they exist: the one that is named, or all.';

create or replace function private.reading_training_assignments(asked jsonb)
returns setof private.training_assignments_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := private.asked_orgs(asked);
    people constant text[] := private.asked_people(asked);
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
            private.assignment_standing(s.completed_at, s.due_on, today) as status
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
    window task as (partition by a.org_id, a.scenario_id, a.due_on);
end
$$;

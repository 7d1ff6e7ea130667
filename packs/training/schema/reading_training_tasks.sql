-- Object: freshet.reading_training_tasks() and its row type
-- Grain: one row per organisation, task (a scenario with a due date), and manager whose people are counted: null for
--      everybody
-- Reads: analytics.current_assignments, public.org_members, public.dotted_lines, analytics.dim_scenarios
-- Serves: /analytics/training/tasks
-- Why: the progress of a task, without a row for each person. An admin gets the counts of everybody, and with
--      manager_id those of one manager's people; a manager gets only those of their own people. The counts are of the
--      assignments that /analytics/training/assignments lists.
create type freshet.training_tasks_row as (
    org_id uuid,
    manager_id text,
    scenario_id uuid,
    title text,
    difficulty text,
    category text,
    due_on date,
    assigned_count bigint,
    completed_count bigint,
    open_count bigint,
    overdue_count bigint,
    completion_rate numeric,
    status text
);

comment on column freshet.training_tasks_row.manager_id is
    'The manager whose people are counted; null where it is everybody in the organisation.';

comment on column freshet.training_tasks_row.open_count is 'Not completed, and not overdue.';

comment on column freshet.training_tasks_row.status is
    'overdue if any assignment is, else open if any is, else completed.';

create function freshet.reading_training_tasks(asked jsonb)
returns setof freshet.training_tasks_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    today constant date := (asked ->> 'today')::date;
    -- For a manager, asked_people() holds only themselves: they get their own rows, which count their people.
    managers constant text[] := coalesce(freshet.asked_people(asked), array[asked #>> '{params,manager_id}']);
begin
    return query
    with viewers as materialized (
        select
            o.org_id,
            m.manager_id,
            case when m.manager_id is not null then array(
                select p.user_id from freshet.scope_people_of_manager(m.manager_id, o.org_id::text) as p (user_id)
            ) end as people
        from unnest(orgs) as o (org_id)
        cross join unnest(managers) as m (manager_id)
    ),
    tasks as (
        select
            v.org_id,
            v.manager_id,
            s.scenario_id,
            min(s.title) as title,
            s.due_on,
            count(*) as assigned_count,
            count(*) filter (where a.status = 'completed') as completed_count,
            count(*) filter (where a.status = 'open') as open_count,
            count(*) filter (where a.status = 'overdue') as overdue_count
        from viewers as v
        join analytics.current_assignments as s
            on s.org_id = v.org_id and (v.people is null or s.user_id = any (v.people))
        cross join lateral (select freshet.assignment_standing(s.completed_at, s.due_on, today) as status) as a
        group by v.org_id, v.manager_id, s.scenario_id, s.due_on
    )
    select
        t.org_id,
        t.manager_id,
        t.scenario_id,
        t.title,
        d.difficulty,
        d.category,
        t.due_on,
        t.assigned_count,
        t.completed_count,
        t.open_count,
        t.overdue_count,
        round(t.completed_count::numeric / t.assigned_count, 4),
        case when t.overdue_count > 0 then 'overdue' when t.open_count > 0 then 'open' else 'completed' end
    from tasks as t
    left join analytics.dim_scenarios as d on d.org_id = t.org_id and d.scenario_id = t.scenario_id;
end
$$;

revoke all on function freshet.reading_training_tasks(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_tasks(jsonb) is
    'The progress of each task: of everybody, or of a manager''s current people. Idempotent.';

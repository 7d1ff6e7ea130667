-- Object: analytics.assignment_status (replaced), analytics.current_assignments
-- Grain: one row per assignment, which is one scenario for one person
-- Reads: public.assignments, analytics.fact_scenario_attempts, analytics.dim_scenarios; analytics.mv_assignment_status, analytics.dim_users
-- Serves: /analytics/training/me/assignments, /analytics/training/assignments; source of mv_assignment_status
-- Why: the end of an attempt is not always reported. Such an attempt was completed all the same: it counts by its start, which is
--      the latest moment of it that is known. What a former member left open counts no more: that is said here, for the API
--      and for BI tools.

create or replace view analytics.assignment_status
with (security_invoker = on)
as
with counted as (
    select
        a.org_id,
        a.id as assignment_id,
        a.assignee_id as user_id,
        a.scenario_id,
        a.due_on,
        a.is_required,
        a.assigned_at,
        min(coalesce(f.ended_at, f.started_at)) as completed_at,
        count(f.attempt_id) as attempts_count,
        max(f.score) as best_score
    from public.assignments as a
    left join analytics.fact_scenario_attempts as f
        on f.org_id = a.org_id
        and f.user_id = a.assignee_id
        and f.scenario_id = a.scenario_id
        and coalesce(f.ended_at, f.started_at) >= a.assigned_at
    -- By what callers are told apart by too, so that one person's assignments can be read alone.
    group by a.org_id, a.assignee_id, a.id
)
select
    c.org_id,
    c.assignment_id,
    c.user_id,
    c.scenario_id,
    d.title,
    c.due_on,
    c.is_required,
    c.assigned_at,
    c.completed_at,
    c.attempts_count,
    c.best_score
from counted as c
left join analytics.dim_scenarios as d on d.org_id = c.org_id and d.scenario_id = c.scenario_id;

comment on column analytics.assignment_status.completed_at is
    'End of the first completed attempt since it was assigned, or its start where no end was reported; null while it is open.';
comment on column analytics.mv_assignment_status.completed_at is
    'End of the first completed attempt of the scenario since it was assigned, or its start where no end was reported; null while it is open.';

-- As a write would: the view is recomputed, and what was cached is not served again.
insert into analytics.source_changes (source) values ('public.assignments');

create view analytics.current_assignments
with (security_invoker = on)
as
select
    s.org_id,
    s.assignment_id,
    s.user_id,
    u.name,
    s.scenario_id,
    s.title,
    s.due_on,
    s.is_required,
    s.assigned_at,
    s.completed_at,
    s.attempts_count,
    s.best_score
from analytics.mv_assignment_status as s
left join analytics.dim_users as u on u.org_id = s.org_id and u.user_id = s.user_id
where s.completed_at is not null or u.is_active is not false;

revoke all on table analytics.current_assignments from public, anon, authenticated;
comment on view analytics.current_assignments is 'Assignments as of the last refresh of mv_assignment_status, without what former members left open.';

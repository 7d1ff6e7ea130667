-- Object: analytics.current_assignments
-- Grain: one row per assignment, which is one scenario for one person
-- Reads: analytics.mv_assignment_status, analytics.dim_users
-- Serves: the readings of /analytics/training/assignments, /analytics/training/tasks and others; BI tools
-- Why: assignments that a former member left open no longer count: one place decides that, for the API and for BI
--      tools.
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

grant select on table analytics.current_assignments to reporting_user;

comment on view analytics.current_assignments is 'Assignments as of the last refresh of mv_assignment_status, without what former members left open.';

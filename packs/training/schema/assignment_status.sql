-- Object: analytics.assignment_status
-- Grain: one row per assignment, which is one scenario for one person
-- Reads: public.assignments, analytics.fact_scenario_attempts, analytics.dim_scenarios
-- Serves: /analytics/training/me/assignments; source of mv_assignment_status
-- Why: one place decides what completes an assignment, for one person's page, which is read live, and for the
--      materialized view over everybody: the first completed attempt of the scenario by the assignee that ended when it
--      was assigned or later. The end of an attempt is not always reported. Such an attempt was completed all the same:
--      it counts by its start, the latest known moment of it.
create view analytics.assignment_status
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
    -- Grouped by the columns that distinguish callers too, so that one person's assignments can be read alone.
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

revoke all on table analytics.assignment_status from public, anon, authenticated;

comment on view analytics.assignment_status is 'Current state of each assignment.';

comment on column analytics.assignment_status.attempts_count is
    'Completed attempts of the scenario by the assignee since it was assigned, also those after the one that completed it.';

comment on column analytics.assignment_status.best_score is 'Best score of those attempts; null when none has a score.';

comment on column analytics.assignment_status.completed_at is
    'End of the first completed attempt since it was assigned, or its start where no end was reported; null while it is open.';

select analytics.register_live(
    name => 'assignment_status',
    pack => 'training',
    sources => array['public.assignments', 'analytics.fact_scenario_attempts', 'analytics.dim_scenarios']::regclass[]
);

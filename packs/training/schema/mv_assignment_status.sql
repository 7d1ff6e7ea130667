-- Object: analytics.mv_assignment_status
-- Grain: one row per assignment, which is one scenario for one person
-- Reads: public.assignments, analytics.fact_scenario_attempts, analytics.dim_scenarios (through
--      analytics.assignment_status)
-- Serves: /analytics/training/assignments; source of /analytics/training/team-overview
-- Refresh: by person and assignment, every 15 minutes
-- Why: whether an assignment is overdue depends on the day, so that is not stored.
create materialized view analytics.mv_assignment_status as
select
    s.org_id,
    s.assignment_id,
    s.user_id,
    s.scenario_id,
    s.title,
    s.due_on,
    s.is_required,
    s.assigned_at,
    s.completed_at,
    s.attempts_count,
    round(s.best_score, 3) as best_score
from analytics.assignment_status as s
with no data;

create unique index mv_assignment_status_key
    on analytics.mv_assignment_status (assignment_id);

create index mv_assignment_status_user_id_idx
    on analytics.mv_assignment_status (org_id, user_id);

grant select on table analytics.mv_assignment_status to reporting_user;

comment on materialized view analytics.mv_assignment_status is 'State of each assignment.';

comment on column analytics.mv_assignment_status.attempts_count is 'Completed attempts of the scenario since it was assigned.';

comment on column analytics.mv_assignment_status.best_score is
    'Best score of those attempts; null when none has a score.';

comment on column analytics.mv_assignment_status.completed_at is
    'End of the first completed attempt of the scenario since it was assigned, or its start where no end was reported; null while it is open.';

select analytics.register_view(
    view_name => 'mv_assignment_status',
    pack => 'training',
    schedule => '2,17,32,47 * * * *',
    stale_after => '40 minutes',
    source_at => 'analytics.fact_scenario_attempts.started_at',
    incremental => true,
    incremental_by => '{org_id, user_id, assignment_id}'
);

-- Object: analytics.people_attempts
-- Grain: one row per attempt, whatever its status
-- Reads: public.scenario_attempts, analytics.dim_users, analytics.dim_scenarios
-- Serves: /analytics/training/people/attempts
-- Why: a manager also sees attempts that were begun and not completed, which are not facts: the attempts of their
--      people are few, and the index by person finds them.
create view analytics.people_attempts
with (security_invoker = on)
as
select
    a.id as attempt_id,
    a.org_id,
    a.user_id,
    u.name as user_name,
    a.scenario_id,
    s.title as scenario_title,
    s.difficulty,
    s.category,
    a.status,
    a.score,
    a.duration_seconds,
    (a.started_at at time zone 'UTC')::date as started_on,
    a.started_at,
    a.ended_at,
    a.feedback_id
from public.scenario_attempts as a
left join analytics.dim_users as u on u.org_id = a.org_id and u.user_id = a.user_id
left join analytics.dim_scenarios as s on s.scenario_id = a.scenario_id;

revoke all on table analytics.people_attempts from public, anon, authenticated;

comment on view analytics.people_attempts is
    'Attempts in any status, also those that were begun and not completed. Filter by people of an organisation.';

comment on column analytics.people_attempts.started_on is 'UTC day of the start.';

select analytics.register_live(
    name => 'people_attempts',
    pack => 'training',
    sources => array['public.scenario_attempts', 'analytics.dim_users', 'analytics.dim_scenarios']::regclass[]
);

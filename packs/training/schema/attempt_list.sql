-- Object: analytics.attempt_list
-- Grain: one row per completed attempt
-- Reads: analytics.named_attempts, public.scenario_attempts, analytics.dim_scenarios
-- Serves: /analytics/training/attempts, /analytics/training/me/attempts
-- Why: a list of attempts has a button that opens the feedback, which the application holds under an id of its own. The
--      id is not a figure, so the facts do not copy it; it is looked up for the rows of a page. BI tools read
--      named_attempts, which contains nothing of the application's tables.
create view analytics.attempt_list
with (security_invoker = on)
as
select
    n.attempt_id,
    n.org_id,
    n.user_id,
    n.user_name,
    n.scenario_id,
    n.scenario_title,
    s.difficulty,
    s.category,
    n.score,
    n.duration_seconds,
    n.talk_ms,
    n.listen_ms,
    n.started_on,
    n.started_at,
    n.ended_at,
    -- Not joined: a page of fifty needs fifty lookups, after it was sorted and cut.
    (select a.feedback_id from public.scenario_attempts as a where a.id = n.attempt_id and a.org_id = n.org_id) as feedback_id
from analytics.named_attempts as n
left join analytics.dim_scenarios as s on s.scenario_id = n.scenario_id;

revoke all on table analytics.attempt_list from public, anon, authenticated;

comment on view analytics.attempt_list is
    'Completed attempts with the names of user and scenario, and the id of the feedback.';

comment on column analytics.attempt_list.started_on is 'UTC day of the start.';

comment on column analytics.attempt_list.feedback_id is
    'The application''s id of the feedback; null while there is none.';

select analytics.register_live(
    name => 'attempt_list',
    pack => 'training',
    sources => array[
        'analytics.fact_scenario_attempts', 'public.scenario_attempts', 'analytics.dim_users', 'analytics.dim_scenarios'
    ]::regclass[]
);

-- Object: analytics.attempt_list
-- Grain: attempt_list: one row per completed attempt; people_attempts: one row per attempt, whatever its status
-- Reads: analytics.named_attempts, public.scenario_attempts, analytics.dim_users, analytics.dim_scenarios
-- Serves: /analytics/training/attempts, /analytics/training/me/attempts (attempt_list), /analytics/training/people/attempts (people_attempts)
-- Why: a list of attempts has a button that opens the feedback, which the application holds: the attempt says under which name.
--      The name is no figure, so the facts do not copy it; it is looked up for the rows of a page. BI tools go on reading
--      named_attempts, which holds nothing of the application's tables. A manager also sees what was begun and left, which is
--      no fact: their people's attempts are few, and the index by person finds them.
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
    -- Not joined: a page of fifty looks for fifty, after it was sorted and cut.
    (select a.feedback_id from public.scenario_attempts as a where a.id = n.attempt_id and a.org_id = n.org_id) as feedback_id
from analytics.named_attempts as n
left join analytics.dim_scenarios as s on s.scenario_id = n.scenario_id;

revoke all on table analytics.attempt_list from public, anon, authenticated;

comment on view analytics.attempt_list is 'Completed attempts with who made them, of what, and where the feedback is.';

comment on column analytics.attempt_list.started_on is 'UTC day of the start.';

comment on column analytics.attempt_list.feedback_id is 'What the application calls the feedback; null while there is none.';

select analytics.register_live(
    name => 'attempt_list',
    pack => 'training',
    sources => array[
        'analytics.fact_scenario_attempts', 'public.scenario_attempts', 'analytics.dim_users', 'analytics.dim_scenarios'
    ]::regclass[]
);

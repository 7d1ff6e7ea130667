-- Object: public.scenario_attempts.feedback_id; analytics.attempt_list, analytics.people_attempts
-- Grain: attempt_list: one row per completed attempt; people_attempts: one row per attempt, whatever its status
-- Reads: analytics.named_attempts, public.scenario_attempts, analytics.dim_users, analytics.dim_scenarios
-- Serves: /analytics/training/attempts, /analytics/training/me/attempts (attempt_list), /analytics/training/people/attempts (people_attempts)
-- Why: a list of attempts has a button that opens the feedback, which the application holds: the attempt says under which name.
--      The name is no figure, so the facts do not copy it; it is looked up for the rows of a page. BI tools go on reading
--      named_attempts, which holds nothing of the application's tables. A manager also sees what was begun and left, which is
--      no fact: their people's attempts are few, and the index by person finds them.

alter table public.scenario_attempts
    add column feedback_id text check (octet_length(feedback_id) between 1 and 500);
comment on column public.scenario_attempts.feedback_id is
    'What the application calls the feedback on the attempt: a key or a path of its own. Null while there is none.';

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
comment on view analytics.people_attempts is 'Attempts as they stand, also those that were begun and not completed. Ask for the people of an organisation.';
comment on column analytics.people_attempts.started_on is 'UTC day of the start.';

select analytics.register_live(
    name => 'attempt_list',
    pack => 'training',
    sources => array[
        'analytics.fact_scenario_attempts', 'public.scenario_attempts', 'analytics.dim_users', 'analytics.dim_scenarios'
    ]::regclass[]
);
select analytics.register_live(
    name => 'people_attempts',
    pack => 'training',
    sources => array['public.scenario_attempts', 'analytics.dim_users', 'analytics.dim_scenarios']::regclass[]
);

-- Object: analytics.named_attempts
-- Grain: one row per completed attempt
-- Reads: analytics.fact_scenario_attempts, analytics.dim_users, analytics.dim_scenarios
-- Serves: /analytics/training/attempts, /analytics/training/me/attempts (through analytics.attempt_list); BI tools
-- Why: a list of attempts shows names. It is read live, a page at a time: the day comes first in its order, so that a
--      page comes from the partitions and the index of its days.
create view analytics.named_attempts
with (security_invoker = on)
as
select
    f.attempt_id,
    f.org_id,
    f.user_id,
    u.name as user_name,
    f.scenario_id,
    s.title as scenario_title,
    f.score,
    f.duration_seconds,
    f.talk_ms,
    f.listen_ms,
    f.date_key as started_on,
    f.started_at,
    f.ended_at
from analytics.fact_scenario_attempts as f
left join analytics.dim_users as u on u.org_id = f.org_id and u.user_id = f.user_id
left join analytics.dim_scenarios as s on s.scenario_id = f.scenario_id;

revoke all on table analytics.named_attempts from public, anon, authenticated;

grant select on table analytics.named_attempts to reporting_user;

comment on view analytics.named_attempts is 'Completed attempts with the names of user and scenario.';

comment on column analytics.named_attempts.started_on is 'UTC day of the start.';

select analytics.register_live(
    name => 'named_attempts',
    pack => 'training',
    sources => array['analytics.fact_scenario_attempts', 'analytics.dim_users', 'analytics.dim_scenarios']::regclass[]
);

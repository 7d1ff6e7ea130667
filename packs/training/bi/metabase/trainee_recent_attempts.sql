-- Question: Last attempts
-- Dashboard: trainee; chart: table
-- Variable: organisation (Text, required): by its id
-- Variable: user_id (Text, required)
-- Variable: limit (Number, default 5)
select
    a.scenario_title as scenario,
    a.score,
    a.duration_seconds,
    a.started_at
from analytics.named_attempts as a
join analytics.dim_orgs as o on o.org_id = a.org_id
where o.org_id = {{organisation}}::uuid
    and a.user_id = {{user_id}}
order by a.started_on desc, a.started_at desc, a.attempt_id
limit {{limit}}::integer

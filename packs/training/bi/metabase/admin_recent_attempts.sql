-- Question: Recent attempts
-- Dashboard: admin; chart: table
-- Variable: limit (Number, default 100)
-- Variable: from (Date, optional): the first UTC day
-- Variable: to (Date, optional): the last UTC day
-- Variable: organisation (Text, optional): one, by its id; else all
-- Variable: scenario (Text, optional): a title
-- Variable: user_name (Text, optional)
select
    o.name as organisation,
    a.user_name,
    a.scenario_title as scenario,
    a.score,
    a.duration_seconds,
    a.started_at
from analytics.named_attempts as a
join analytics.dim_orgs as o on o.org_id = a.org_id
where true
    [[and a.started_on >= {{from}}::date]]
    [[and a.started_on <= {{to}}::date]]
    [[and o.org_id = {{organisation}}::uuid]]
    [[and a.scenario_title = {{scenario}}]]
    [[and a.user_name = {{user_name}}]]
order by a.started_on desc, a.started_at desc, a.attempt_id
limit {{limit}}::integer

-- Question: Most attempted scenarios
-- Dashboard: admin; chart: bar, x = scenario, y = attempts
-- Variable: limit (Number, default 10)
-- Variable: organisation (Text, optional): one, by its id; else all
select
    o.name as organisation,
    v.title as scenario,
    v.attempt_count as attempts,
    v.avg_score
from analytics.mv_scenario_insights as v
join analytics.dim_orgs as o on o.org_id = v.org_id
where true
    [[and o.org_id = {{organisation}}::uuid]]
order by v.attempt_count desc, o.name, v.title
limit {{limit}}::integer

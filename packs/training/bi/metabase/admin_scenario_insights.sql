-- Question: Scenarios with uneven scores
-- Dashboard: admin; chart: table, has_high_variance highlighted
-- Variable: min_attempts (Number, default 1)
-- Variable: organisation (Text, optional): one, by its id; else all
select
    o.name as organisation,
    v.title as scenario,
    v.attempt_count,
    v.avg_score,
    v.median_score,
    v.score_stddev,
    v.has_high_variance,
    v.avg_duration,
    v.last_attempted
from analytics.mv_scenario_insights as v
join analytics.dim_orgs as o on o.org_id = v.org_id
where v.attempt_count >= {{min_attempts}}::integer
    [[and o.org_id = {{organisation}}::uuid]]
order by v.has_high_variance desc, v.score_stddev desc nulls last, o.name, v.title

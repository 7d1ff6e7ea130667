-- Question: Average score by month
-- Dashboard: admin; chart: line, x = month, y = avg_score
-- Variable: organisation (Text, optional): one, by its id; else all
select
    date_trunc('month', a.active_on::timestamp)::date as month,
    sum(a.started_count) as attempts,
    round(sum(a.score_sum) / nullif(sum(a.scored_count), 0), 3) as avg_score
from analytics.mv_org_activity_day as a
join analytics.dim_orgs as o on o.org_id = a.org_id
where true
    [[and o.org_id = {{organisation}}::uuid]]
group by date_trunc('month', a.active_on::timestamp)
order by month

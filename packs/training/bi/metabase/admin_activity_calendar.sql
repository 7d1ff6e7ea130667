-- Question: Activity calendar
-- Dashboard: admin; chart: pivot table, rows = week, columns = day_of_week, cell colour = attempts
-- Variable: year (Number, required)
-- Variable: organisation (Text, optional): one, by its id; else all
select
    t.date_key as day,
    t.iso_year,
    t.week,
    t.day_of_week,
    coalesce(sum(a.started_count), 0) as attempts
from analytics.dim_time as t
cross join analytics.dim_orgs as o
left join analytics.mv_org_activity_day as a on a.org_id = o.org_id and a.active_on = t.date_key
where t.year = {{year}}::integer
    [[and o.org_id = {{organisation}}::uuid]]
group by t.date_key
order by t.date_key

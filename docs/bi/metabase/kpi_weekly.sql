-- Question: Events a week
-- Dashboard: kpi; chart: line, x = week, y = events
-- Variable: event_type (Text, required): as in kpi_heatmap
-- Variable: organisation (Text, optional): one, by its name; else all
select
    v.week_start as week,
    sum(v.events_count) as events,
    sum(v.attempts_with_events_count) as attempts_with_events
from analytics.mv_kpi_weeks as v
join analytics.dim_orgs as o on o.org_id = v.org_id
where v.event_type = {{event_type}}
    [[and o.name = {{organisation}}]]
group by v.week_start
order by v.week_start

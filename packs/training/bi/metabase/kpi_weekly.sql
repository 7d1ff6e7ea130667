-- Question: Events a week
-- Dashboard: kpi; chart: line, x = week, y = events
-- Variable: event_type (Text, required): as in kpi_heatmap
-- Variable: organisation (Text, optional): one, by its id; else all
select
    v.week_start as week,
    sum(v.events_count) as events,
    sum(v.attempts_with_events_count) as attempts_with_events,
    sum(v.attempts_count) as attempts,
    round(sum(v.events_count) / sum(v.attempts_count), 4) as events_per_attempt
from analytics.mv_kpi_weeks as v
join analytics.dim_orgs as o on o.org_id = v.org_id
where v.event_type = {{event_type}}
    [[and o.org_id = {{organisation}}::uuid]]
group by v.week_start
order by v.week_start

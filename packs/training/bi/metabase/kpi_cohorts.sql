-- Question: Scores by how often it happens
-- Dashboard: kpi; chart: table. Users below, within and above two numbers of events an attempt
-- Variable: event_type (Text, required): as in kpi_heatmap
-- Variable: below (Number, default 3): events an attempt
-- Variable: above (Number, default 7): events an attempt
-- Variable: organisation (Text, optional): one, by its id; else all
with cohorts as (
    select
        case
            when v.events_count < {{below}}::numeric * v.attempts_count then 'below ' || {{below}}::numeric
            when v.events_count > {{above}}::numeric * v.attempts_count then 'above ' || {{above}}::numeric
            else {{below}}::numeric || ' to ' || {{above}}::numeric
        end as events_an_attempt,
        v.events_count::numeric / v.attempts_count as mean_events,
        v.attempts_count,
        v.scored_count,
        v.score_sum
    from analytics.mv_kpi_users as v
    join analytics.dim_orgs as o on o.org_id = v.org_id
    where v.event_type = {{event_type}} and v.attempts_count > 0
        [[and o.org_id = {{organisation}}::uuid]]
)

select
    c.events_an_attempt,
    count(*) as users,
    sum(c.attempts_count) as attempts,
    round(sum(c.score_sum) / nullif(sum(c.scored_count), 0), 3) as avg_score,
    count(*) filter (where c.scored_count > 0) as scored_users
from cohorts as c
group by c.events_an_attempt
order by min(c.mean_events)

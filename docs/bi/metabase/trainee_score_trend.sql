-- Question: Score trend
-- Dashboard: trainee; chart: line, x = day, y = avg_score
-- Variable: organisation (Text, required)
-- Variable: user_id (Text, required)
-- Variable: days (Number, default 30)
select
    a.active_on as day,
    a.attempts_count as attempts,
    round(a.score_sum / nullif(a.scored_count, 0), 3) as avg_score
from analytics.mv_user_activity_day as a
join analytics.dim_orgs as o on o.org_id = a.org_id
where o.name = {{organisation}}
    and a.user_id = {{user_id}}
    and a.active_on > (now() at time zone 'UTC')::date - {{days}}::integer
    and a.active_on <= (now() at time zone 'UTC')::date
order by a.active_on

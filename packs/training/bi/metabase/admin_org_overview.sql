-- Question: Organisation overview
-- Dashboard: admin; chart: table, or one number for each column
-- Variable: organisation (Text, optional): one, by its id; else all
select
    o.name as organisation,
    o.org_id,
    o.active_users,
    o.active_users_this_month,
    o.total_attempts,
    o.attempts_this_week,
    o.attempts_this_month,
    o.avg_score,
    o.scored_count,
    o.last_activity
from analytics.org_overviews as o
where o.read_on = (now() at time zone 'UTC')::date
    [[and o.org_id = {{organisation}}::uuid]]
order by o.total_attempts desc, o.name, o.org_id

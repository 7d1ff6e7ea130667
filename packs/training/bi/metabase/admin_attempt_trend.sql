-- Question: Attempts a day
-- Dashboard: admin; chart: line, x = day, y = attempts
-- Variable: days (Number, default 30)
-- Variable: organisation (Text, optional): one, by its id; else all
select
    t.date_key as day,
    coalesce(sum(a.started_count), 0) as attempts,
    coalesce(sum(a.active_users_count), 0) as active_users,
    round(sum(a.score_sum) / nullif(sum(a.scored_count), 0), 3) as avg_score,
    coalesce(sum(a.scored_count), 0) as scored
from analytics.dim_time as t
cross join analytics.dim_orgs as o
left join analytics.mv_org_activity_day as a on a.org_id = o.org_id and a.active_on = t.date_key
where t.date_key > (now() at time zone 'UTC')::date - {{days}}::integer
    and t.date_key <= (now() at time zone 'UTC')::date
    [[and o.org_id = {{organisation}}::uuid]]
group by t.date_key
order by t.date_key

-- Question: Personal figures
-- Dashboard: trainee; chart: numbers
-- Variable: organisation (Text, required)
-- Variable: user_id (Text, required)
select
    u.name as user_name,
    coalesce(sum(a.attempts_count) filter (where a.active_on > (now() at time zone 'UTC')::date - 7), 0) as attempts_this_week,
    coalesce(sum(a.attempts_count), 0) as attempts,
    round(sum(a.score_sum) / nullif(sum(a.scored_count), 0), 3) as avg_score
from analytics.dim_users as u
join analytics.dim_orgs as o on o.org_id = u.org_id
left join analytics.mv_user_activity_day as a on a.org_id = u.org_id and a.user_id = u.user_id
where o.name = {{organisation}}
    and u.user_id = {{user_id}}
group by u.org_id, u.user_id

-- Question: Leaderboard of a month
-- Dashboard: manager; chart: table
-- Variable: organisation (Text, required): by its id
-- Variable: month (Date, optional): any day of the month; else the current one
-- Variable: limit (Number, default 10)
-- Variable: people (Text, optional): user ids of a team, separated by commas
with asked as (
    select date_trunc('month', coalesce([[{{month}}::timestamp, ]] now() at time zone 'UTC'))::date as month
),

ranked as (
    select
        l.org_id,
        l.user_id,
        rank() over (order by l.exact_avg_score desc) as rank,
        l.avg_score,
        l.attempts,
        round(l.exact_avg_score - b.exact_avg_score, 3) as avg_score_change
    from asked
    join analytics.leaderboard_months as l on l.month = asked.month
    join analytics.dim_orgs as o on o.org_id = l.org_id
    left join analytics.leaderboard_months as b
        on b.org_id = l.org_id and b.user_id = l.user_id and b.month = (l.month - interval '1 month')::date
    where o.org_id = {{organisation}}::uuid
        [[and l.user_id = any (string_to_array({{people}}, ','))]]
)

select r.rank, u.name as user_name, r.avg_score, r.attempts, r.avg_score_change
from ranked as r
left join analytics.dim_users as u on u.org_id = r.org_id and u.user_id = r.user_id
order by r.rank, r.user_id
limit {{limit}}::integer

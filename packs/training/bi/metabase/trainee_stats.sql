-- Question: Personal figures
-- Dashboard: trainee; chart: numbers
-- Variable: organisation (Text, required): by its id
-- Variable: user_id (Text, required)
with today as (
    select (now() at time zone 'UTC')::date as day
)

select
    u.name as user_name,
    count(f.attempt_id) filter (where f.date_key > t.day - 7) as attempts_this_week,
    round(avg(f.score) filter (where f.date_key > t.day - 7), 3) as avg_score_this_week,
    round(
        avg(f.score) filter (where f.date_key > t.day - 7)
        - avg(f.score) filter (where f.date_key between t.day - 13 and t.day - 7), 3
    ) as avg_score_change,
    count(f.attempt_id) as attempts,
    round(avg(f.score), 3) as avg_score,
    max(f.started_at) as last_attempt_at
from analytics.dim_users as u
cross join today as t
left join analytics.fact_scenario_attempts as f on f.org_id = u.org_id and f.user_id = u.user_id and f.date_key <= t.day
where u.org_id = {{organisation}}::uuid
    and u.user_id = {{user_id}}
group by u.org_id, u.user_id

-- Question: Score trend
-- Dashboard: trainee; chart: line, x = day, y = avg_score
-- Variable: organisation (Text, required): by its id
-- Variable: user_id (Text, required)
-- Variable: days (Number, default 30)
select
    t.date_key as day,
    count(f.attempt_id) as attempts,
    round(avg(f.score), 3) as avg_score
from analytics.dim_time as t
left join analytics.fact_scenario_attempts as f
    on f.org_id = {{organisation}}::uuid
    and f.user_id = {{user_id}}
    and f.date_key = t.date_key
where t.date_key > (now() at time zone 'UTC')::date - {{days}}::integer
    and t.date_key <= (now() at time zone 'UTC')::date
group by t.date_key
order by t.date_key

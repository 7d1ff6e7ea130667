-- Question: Team performance
-- Dashboard: manager; chart: numbers
-- Variable: organisation (Text, required): by its id
-- Variable: people (Text, required): user ids of the team, separated by commas
-- Variable: days (Number, default 30)
with people as (
    select o.org_id, p.user_id
    from analytics.dim_orgs as o
    cross join lateral unnest(string_to_array({{people}}, ',')) as p (user_id)
    where o.org_id = {{organisation}}::uuid
),

scores as (
    select
        sum(a.attempts_count) as attempts,
        round(sum(a.score_sum) / nullif(sum(a.scored_count), 0), 3) as avg_score,
        sum(a.scored_count) as scored
    from people as p
    join analytics.mv_user_activity_day as a on a.org_id = p.org_id and a.user_id = p.user_id
    where a.active_on > (now() at time zone 'UTC')::date - {{days}}::integer
        and a.active_on <= (now() at time zone 'UTC')::date
),

completion as (
    select
        count(*) as assignments,
        round(avg((s.completed_at is not null)::integer), 4) as completion_rate
    from people as p
    join analytics.mv_assignment_status as s on s.org_id = p.org_id and s.user_id = p.user_id
)

select s.attempts, s.avg_score, s.scored, c.assignments, c.completion_rate
from scores as s
cross join completion as c

-- Question: Open assignments
-- Dashboard: trainee; chart: table
-- Variable: organisation (Text, required): by its id
-- Variable: user_id (Text, required)
select
    s.title as scenario,
    s.due_on,
    s.is_required,
    s.due_on < (now() at time zone 'UTC')::date as is_overdue
from analytics.mv_assignment_status as s
join analytics.dim_orgs as o on o.org_id = s.org_id
where o.org_id = {{organisation}}::uuid
    and s.user_id = {{user_id}}
    and s.completed_at is null
order by s.due_on nulls last, s.is_required desc, s.title

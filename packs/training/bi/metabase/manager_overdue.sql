-- Question: Overdue assignments
-- Dashboard: manager; chart: table
-- Variable: organisation (Text, required): by its id
-- Variable: people (Text, optional): user ids of a team, separated by commas
select
    u.name as user_name,
    s.title as scenario,
    s.due_on,
    (now() at time zone 'UTC')::date - s.due_on as days_overdue,
    s.is_required
from analytics.current_assignments as s
join analytics.dim_orgs as o on o.org_id = s.org_id
left join analytics.dim_users as u on u.org_id = s.org_id and u.user_id = s.user_id
where o.org_id = {{organisation}}::uuid
    and s.completed_at is null
    and s.due_on < (now() at time zone 'UTC')::date
    [[and s.user_id = any (string_to_array({{people}}, ','))]]
order by s.due_on, u.name, s.title

-- Question: Assignments by scenario
-- Dashboard: manager; chart: table, completion_rate as a bar
-- Variable: organisation (Text, required): by its id
-- Variable: people (Text, optional): user ids of a team, separated by commas
select
    s.title as scenario,
    s.due_on,
    bool_or(s.is_required) as is_required,
    count(*) as assigned,
    count(s.completed_at) as completed,
    round(avg((s.completed_at is not null)::integer), 4) as completion_rate,
    count(*) filter (
        where s.completed_at is null and s.due_on < (now() at time zone 'UTC')::date
    ) as overdue
from analytics.current_assignments as s
join analytics.dim_orgs as o on o.org_id = s.org_id
where o.org_id = {{organisation}}::uuid
    [[and s.user_id = any (string_to_array({{people}}, ','))]]
group by s.title, s.scenario_id, s.due_on
order by s.due_on nulls last, s.title

-- Question: Assignments by scenario
-- Dashboard: manager; chart: table, completion_rate as a bar
-- Variable: organisation (Text, required)
-- Variable: people (Text, optional): user ids of a team, separated by commas
select
    s.title as scenario,
    s.due_on,
    s.is_required,
    count(*) as assigned,
    count(s.completed_at) as completed,
    round(avg((s.completed_at is not null)::integer), 4) as completion_rate,
    count(*) filter (
        where s.completed_at is null and s.due_on < (now() at time zone 'UTC')::date
    ) as overdue
from analytics.mv_assignment_status as s
join analytics.dim_orgs as o on o.org_id = s.org_id
where o.name = {{organisation}}
    [[and s.user_id = any (string_to_array({{people}}, ','))]]
group by s.title, s.scenario_id, s.due_on, s.is_required
order by s.due_on nulls last, s.title, s.is_required desc

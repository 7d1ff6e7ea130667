-- Question: Organisation overview
-- Dashboard: admin; chart: table, or one number for each column
-- Variable: organisation (Text, optional): one, by its name; else all
select
    o.name as organisation,
    v.active_users,
    v.total_attempts,
    v.avg_score,
    coalesce(d.attempts_this_week, 0) as attempts_this_week,
    coalesce(d.attempts_this_month, 0) as attempts_this_month,
    v.last_activity
from analytics.mv_org_overview as v
join analytics.dim_orgs as o on o.org_id = v.org_id
left join (
    -- The 7 and the 30 UTC days that end today: by the clock of this question, not of the last refresh.
    select
        a.org_id,
        sum(a.ended_count) filter (where a.active_on > (now() at time zone 'UTC')::date - 7) as attempts_this_week,
        sum(a.ended_count) as attempts_this_month
    from analytics.mv_org_activity_day as a
    where a.active_on > (now() at time zone 'UTC')::date - 30 and a.active_on <= (now() at time zone 'UTC')::date
    group by a.org_id
) as d on d.org_id = v.org_id
where true
    [[and o.name = {{organisation}}]]
order by v.total_attempts desc, o.name

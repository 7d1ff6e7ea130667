-- Question: When in the call it happens
-- Dashboard: kpi; chart: bar, x = minute_of_call, y = events
-- Variable: event_type (Text, required): filler_word, interruption, question_asked, objection_raised, keyword_mentioned or long_pause
-- Variable: organisation (Text, optional): one, by its id; else all
select
    v.minute_of_call,
    sum(v.events_count) as events,
    sum(v.attempts_count) as attempts_with_events
from analytics.mv_kpi_call_minutes as v
join analytics.dim_orgs as o on o.org_id = v.org_id
where v.event_type = {{event_type}}
    [[and o.org_id = {{organisation}}::uuid]]
group by v.minute_of_call
order by v.minute_of_call

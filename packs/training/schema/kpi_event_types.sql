-- Object: analytics.kpi_event_types
-- Grain: one row per type of event
-- Serves: mv_kpi_weeks and mv_kpi_users, whose rows of zeros come from it
-- Why: one place lists the types.
create view analytics.kpi_event_types
with (security_invoker = on)
as
select t.event_type
from (
    values
        ('filler_word'),
        ('interruption'),
        ('question_asked'),
        ('objection_raised'),
        ('keyword_mentioned'),
        ('long_pause')
) as t (event_type);

revoke all on table analytics.kpi_event_types from public, anon, authenticated;

grant select on table analytics.kpi_event_types to reporting_user;

comment on view analytics.kpi_event_types is 'The six types of event that fact_kpi_events accepts.';

-- Object: analytics.mv_kpi_users
-- Grain: one row per organisation, user with a completed attempt, and event type, those that never occurred included
-- Reads: analytics.fact_kpi_events, analytics.fact_scenario_attempts, analytics.kpi_event_types
-- Serves: /analytics/training/kpi/cohorts
-- Refresh: by user of an attempt, and by type of an event, hourly
-- Why: a user who never asked a question belongs to the cohort with few questions, so there is a row of zero for them.
create materialized view analytics.mv_kpi_users as
with users as (
    select
        f.org_id,
        f.user_id,
        count(*) as attempts_count,
        count(f.score) as scored_count,
        coalesce(sum(f.score), 0) as score_sum
    from analytics.fact_scenario_attempts as f
    group by f.org_id, f.user_id
),
events as (
    select f.org_id, f.user_id, e.event_type, count(*) as events_count
    from analytics.fact_kpi_events as e
    join analytics.fact_scenario_attempts as f on f.attempt_id = e.attempt_id and f.org_id = e.org_id
    group by f.org_id, f.user_id, e.event_type
)
select
    u.org_id,
    u.user_id,
    t.event_type,
    u.attempts_count,
    coalesce(e.events_count, 0) as events_count,
    u.scored_count,
    u.score_sum
from users as u
cross join analytics.kpi_event_types as t
left join events as e on e.org_id = u.org_id and e.user_id = u.user_id and e.event_type = t.event_type
with no data;

create unique index mv_kpi_users_key
    on analytics.mv_kpi_users (org_id, event_type, user_id);

grant select on table analytics.mv_kpi_users to reporting_user;

comment on materialized view analytics.mv_kpi_users is 'How often events occur in a user''s attempts.';

comment on column analytics.mv_kpi_users.attempts_count is 'All completed attempts of the user.';

comment on column analytics.mv_kpi_users.score_sum is 'Sum of their scores, so that averages over any users are exact.';

select analytics.register_view(
    view_name => 'mv_kpi_users',
    pack => 'training',
    schedule => '26 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_kpi_events.created_at',
    incremental => true
);

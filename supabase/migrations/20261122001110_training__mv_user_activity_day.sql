-- Object: analytics.mv_user_activity_day
-- Grain: one row per organisation, user and UTC day on which the user started an attempt
-- Reads: analytics.fact_scenario_attempts
-- Serves: source of /analytics/training/org-overview and /analytics/training/team-overview
-- Refresh: hourly
-- Why: people who were active on several days count once, which sums over the organisation's days cannot say.

create materialized view analytics.mv_user_activity_day as
select
    f.org_id,
    f.user_id,
    f.date_key as active_on,
    count(*) as attempts_count,
    count(f.score) as scored_count,
    coalesce(sum(f.score), 0) as score_sum,
    coalesce(sum(f.duration_seconds), 0) as duration_seconds
from analytics.fact_scenario_attempts as f
group by f.org_id, f.user_id, f.date_key
with no data;

create unique index mv_user_activity_day_key
    on analytics.mv_user_activity_day (org_id, active_on, user_id);

comment on materialized view analytics.mv_user_activity_day is 'What a user did on a day.';
comment on column analytics.mv_user_activity_day.active_on is 'UTC day of the start.';
comment on column analytics.mv_user_activity_day.score_sum is 'Of the scored attempts, so that averages over any days are exact.';
comment on column analytics.mv_user_activity_day.duration_seconds is 'Of the attempts whose duration is known; the others add nothing.';

select analytics.register_view(
    view_name => 'mv_user_activity_day',
    pack => 'training',
    schedule => '21 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_scenario_attempts.started_at'
);

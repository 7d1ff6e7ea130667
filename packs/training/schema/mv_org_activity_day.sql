-- Object: analytics.mv_org_activity_day
-- Grain: one row per organisation and UTC day on which an attempt was started or ended
-- Reads: analytics.fact_scenario_attempts
-- Serves: /analytics/training/attempt-trend, /analytics/training/activity-calendar
-- Serves: source of /analytics/training/org-overview
-- Refresh: by organisation, hourly
-- Why: "this week" and "this month" follow the clock at the time of the read, and are sums of these days.
create materialized view analytics.mv_org_activity_day as
with started as (
    select
        f.org_id,
        f.date_key as active_on,
        count(*) as started_count,
        count(f.score) as scored_count,
        sum(f.score) as score_sum,
        count(distinct f.user_id) as active_users_count
    from analytics.fact_scenario_attempts as f
    group by f.org_id, f.date_key
),
ended as (
    select
        f.org_id,
        (f.ended_at at time zone 'UTC')::date as active_on,
        count(*) as ended_count,
        count(f.score) as scored_count,
        sum(f.score) as score_sum,
        max(f.ended_at) as last_ended_at
    from analytics.fact_scenario_attempts as f
    where f.ended_at is not null
    group by f.org_id, (f.ended_at at time zone 'UTC')::date
)
select
    org_id,
    active_on,
    coalesce(s.started_count, 0) as started_count,
    coalesce(e.ended_count, 0) as ended_count,
    coalesce(s.scored_count, 0) as scored_count,
    coalesce(s.score_sum, 0) as score_sum,
    coalesce(s.active_users_count, 0) as active_users_count,
    coalesce(sum(e.ended_count) over so_far, 0)::bigint as total_ended_count,
    coalesce(sum(e.scored_count) over so_far, 0)::bigint as total_scored_count,
    coalesce(sum(e.score_sum) over so_far, 0) as total_score_sum,
    max(e.last_ended_at) over so_far as last_ended_at
from started as s
full join ended as e using (org_id, active_on)
window so_far as (partition by org_id order by active_on)
with no data;

create unique index mv_org_activity_day_key
    on analytics.mv_org_activity_day (org_id, active_on);

grant select on table analytics.mv_org_activity_day to reporting_user;

comment on materialized view analytics.mv_org_activity_day is
    'An organisation''s activity on a day, and its totals up to that day.';

comment on column analytics.mv_org_activity_day.active_on is
    'UTC day: of the start for started_count, scored_count, score_sum and active_users_count, of the end for the others.';

comment on column analytics.mv_org_activity_day.started_count is 'Completed attempts that started on the day.';

comment on column analytics.mv_org_activity_day.ended_count is
    'Completed attempts that ended on the day, where the end is known.';

comment on column analytics.mv_org_activity_day.scored_count is 'How many of started_count have a score.';

comment on column analytics.mv_org_activity_day.score_sum is
    'Sum of their scores, so that averages over any days are exact.';

comment on column analytics.mv_org_activity_day.total_ended_count is 'Completed attempts that have ended, up to this day.';

comment on column analytics.mv_org_activity_day.total_scored_count is 'How many of total_ended_count have a score.';

comment on column analytics.mv_org_activity_day.total_score_sum is 'Sum of their scores.';

comment on column analytics.mv_org_activity_day.last_ended_at is 'When the last of them ended; null while there is none.';

select analytics.register_view(
    view_name => 'mv_org_activity_day',
    pack => 'training',
    schedule => '20 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_scenario_attempts.started_at',
    incremental => true
);

-- Object: analytics.mv_user_activity_day
-- Grain: one row per organisation, user and UTC day on which the user started an attempt
-- Reads: analytics.fact_scenario_attempts
-- Serves: source of /analytics/training/org-overview and /analytics/training/team-overview
-- Refresh: by user, hourly
-- Why: a user who was active on several days counts once, which sums over the organisation's days cannot say.
create materialized view analytics.mv_user_activity_day as
with started as (
    select
        f.org_id,
        f.user_id,
        f.date_key as active_on,
        count(*) as attempts_count,
        count(f.score) as scored_count,
        sum(f.score) as score_sum,
        sum(f.duration_seconds) as duration_seconds
    from analytics.fact_scenario_attempts as f
    group by f.org_id, f.user_id, f.date_key
),
ended as (
    select f.org_id, f.user_id, (f.ended_at at time zone 'UTC')::date as active_on, count(*) as ended_count
    from analytics.fact_scenario_attempts as f
    where f.ended_at is not null
    group by f.org_id, f.user_id, (f.ended_at at time zone 'UTC')::date
)
select
    org_id,
    user_id,
    active_on,
    coalesce(s.attempts_count, 0) as attempts_count,
    coalesce(s.scored_count, 0) as scored_count,
    coalesce(s.score_sum, 0) as score_sum,
    coalesce(s.duration_seconds, 0) as duration_seconds,
    coalesce(e.ended_count, 0) as ended_count,
    e.active_on is not null and e.active_on = min(e.active_on) over (partition by org_id, user_id) as is_first_end
from started as s
full join ended as e using (org_id, user_id, active_on)
with no data;

create unique index mv_user_activity_day_key
    on analytics.mv_user_activity_day (org_id, active_on, user_id);

create index mv_user_activity_day_first_ends_idx
    on analytics.mv_user_activity_day (org_id, active_on) where is_first_end;

grant select on table analytics.mv_user_activity_day to reporting_user;

comment on materialized view analytics.mv_user_activity_day is 'A user''s activity on a day.';

comment on column analytics.mv_user_activity_day.active_on is 'UTC day: of the end for ended_count and is_first_end, of the start for the others.';

comment on column analytics.mv_user_activity_day.attempts_count is 'Completed attempts that started on the day.';

comment on column analytics.mv_user_activity_day.score_sum is
    'Sum of the scores, so that averages over any days are exact.';

comment on column analytics.mv_user_activity_day.duration_seconds is
    'Seconds of the attempts with a known duration; the others add nothing.';

comment on column analytics.mv_user_activity_day.ended_count is
    'Completed attempts that ended on the day, where the end is known.';

comment on column analytics.mv_user_activity_day.is_first_end is
    'Whether the user''s first ended attempt ended on this day.';

select analytics.register_view(
    view_name => 'mv_user_activity_day',
    pack => 'training',
    schedule => '21 * * * *',
    stale_after => '130 minutes',
    source_at => 'analytics.fact_scenario_attempts.started_at',
    incremental => true
);

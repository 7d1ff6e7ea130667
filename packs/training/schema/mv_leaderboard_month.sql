-- Object: analytics.mv_leaderboard_month
-- Grain: one row per organisation, user and (UTC) month with a scored attempt
-- Reads: analytics.fact_scenario_attempts
-- Serves: /analytics/training/leaderboard
-- Refresh: by user and month, daily at 02:00 UTC
-- Why: ranks are not stored. A rank is among the people whom the caller may see, so it is computed when the page is
--      read.
create materialized view analytics.mv_leaderboard_month as
with scored_attempts as (
    select
        f.org_id,
        f.user_id,
        date_trunc('month', f.date_key::timestamp)::date as month,
        f.score,
        f.duration_seconds,
        -- Null when the call was silent, or when it was not measured: silence has no shares.
        100.0 * f.talk_ms / nullif(f.talk_ms::bigint + f.listen_ms, 0) as talk_percentage
    from analytics.fact_scenario_attempts as f
    where f.score is not null
)
select
    a.org_id,
    a.user_id,
    a.month,
    round(avg(a.score), 3) as avg_score,
    count(*) as attempts,
    sum(a.duration_seconds) as total_duration,
    round(avg(a.talk_percentage), 3) as avg_talk_percentage,
    sum(a.score) as score_sum
from scored_attempts as a
group by a.org_id, a.user_id, a.month
with no data;

create unique index mv_leaderboard_month_key
    on analytics.mv_leaderboard_month (org_id, month, user_id);

grant select on table analytics.mv_leaderboard_month to reporting_user;

comment on materialized view analytics.mv_leaderboard_month is 'How a user scored in a month.';

comment on column analytics.mv_leaderboard_month.month is 'First day of the month of the UTC start.';

comment on column analytics.mv_leaderboard_month.attempts is
    'Scored attempts; those without a score are in no figure of the row.';

comment on column analytics.mv_leaderboard_month.total_duration is 'Seconds; null when no duration is known.';

comment on column analytics.mv_leaderboard_month.avg_talk_percentage is
    'Mean over the attempts of talk / (talk + listen), 0 to 100; a silent attempt has none.';

comment on column analytics.mv_leaderboard_month.score_sum is 'Sum of their scores, so that averages are exact.';

select analytics.register_view(
    view_name => 'mv_leaderboard_month',
    pack => 'training',
    schedule => '0 2 * * *',
    stale_after => '26 hours',
    source_at => 'analytics.fact_scenario_attempts.started_at',
    incremental => true
);

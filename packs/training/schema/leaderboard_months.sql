-- Object: analytics.leaderboard_months
-- Grain: one row per organisation, user and (UTC) month with a scored attempt
-- Reads: analytics.fact_scenario_attempts
-- Serves: /analytics/training/leaderboard
-- Refresh: daily at 02:00 UTC
-- Why: ranks are not stored. A rank is among those whom the caller may see, so it is made at the time of the read, by the
--      exact average: two people whose averages look alike after rounding are still one before the other. Thirty decimals
--      are the same for the same average, however many attempts it is of.
create view analytics.leaderboard_months
with (security_invoker = on)
as
select
    l.org_id,
    l.user_id,
    l.month,
    round(l.score_sum::numeric(60, 30) / l.attempts, 30) as exact_avg_score,
    l.avg_score,
    l.attempts,
    l.total_duration,
    l.avg_talk_percentage
from analytics.mv_leaderboard_month as l;

revoke all on table analytics.leaderboard_months from public, anon, authenticated;

grant select on table analytics.leaderboard_months to reporting_user;

comment on view analytics.leaderboard_months is 'mv_leaderboard_month with the average that ranks and changes go by.';

comment on column analytics.leaderboard_months.exact_avg_score is 'To thirty decimals: equal exactly where the averages are.';

-- Object: analytics.leaderboard_months
-- Grain: as analytics.mv_leaderboard_month
-- Reads: analytics.mv_leaderboard_month
-- Serves: the reading of /analytics/training/leaderboard
-- Why: ranks go by the exact average: two people whose averages are equal after rounding still have an order. Thirty
--      decimals are the same for the same average, however many attempts are behind it.
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

comment on view analytics.leaderboard_months is
    'mv_leaderboard_month with the exact average that decides ranks and changes.';

comment on column analytics.leaderboard_months.exact_avg_score is
    'To thirty decimals: equal exactly where the averages are.';

-- Object: privileges of role reporting_user
-- Serves: business intelligence tools
-- Why: views that were made again lost their grants; and what the API defines as a view, the tools read from there.

grant select on table
    analytics.mv_leaderboard_month,
    analytics.mv_org_activity_day,
    analytics.mv_user_activity_day,
    analytics.leaderboard_months,
    analytics.org_overviews,
    analytics.current_assignments
    to reporting_user;

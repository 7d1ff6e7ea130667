-- Object: analytics.mv_org_overview
-- Grain: one row per organisation with an attempt that has ended
-- Reads: analytics.fact_scenario_attempts
-- Serves: /analytics/training/org-overview
-- Refresh: by organisation, daily at 02:00 UTC
-- Why: the attempts of this week and this month are not in it. Stored, they would freeze at the refresh; they are
--      counted from mv_org_activity_day when the page is read.
create materialized view analytics.mv_org_overview as
select
    f.org_id,
    count(distinct f.user_id) as active_users,
    count(*) as total_attempts,
    count(f.score) as scored_count,
    round(avg(f.score), 3) as avg_score,
    max(f.ended_at) as last_activity
from analytics.fact_scenario_attempts as f
where f.ended_at is not null
group by f.org_id
with no data;

create unique index mv_org_overview_key
    on analytics.mv_org_overview (org_id);

grant select on table analytics.mv_org_overview to reporting_user;

comment on materialized view analytics.mv_org_overview is 'An organisation in one row, over all time.';

comment on column analytics.mv_org_overview.active_users is 'Users with a completed attempt that has ended.';

comment on column analytics.mv_org_overview.scored_count is 'How many of total_attempts have a score.';

comment on column analytics.mv_org_overview.avg_score is 'Over the scored attempts; null when there is none.';

select analytics.register_view(
    view_name => 'mv_org_overview',
    pack => 'training',
    schedule => '0 2 * * *',
    stale_after => '26 hours',
    source_at => 'analytics.fact_scenario_attempts.started_at',
    incremental => true
);

-- Object: analytics.org_overviews
-- Grain: one row per organisation and day of dim_time, the day of the read
-- Reads: analytics.mv_org_activity_day, analytics.mv_user_activity_day, analytics.dim_orgs, analytics.dim_time
-- Serves: /analytics/training/org-overview
-- Why: one definition of an organisation's figures, for the API and for BI tools. Totals and windows come from the same
--      rows: the attempts from the organisation's days, the users from theirs. Rows dated after the day of the read are
--      left out.
create view analytics.org_overviews
with (security_invoker = on)
as
select
    t.date_key as read_on,
    o.org_id,
    o.name,
    u.active_users,
    u.active_users_this_month,
    coalesce(l.total_ended_count, 0) as total_attempts,
    coalesce(a.this_week, 0)::bigint as attempts_this_week,
    coalesce(a.this_month, 0)::bigint as attempts_this_month,
    round(l.total_score_sum / nullif(l.total_scored_count, 0), 3) as avg_score,
    coalesce(l.total_scored_count, 0) as scored_count,
    l.last_ended_at as last_activity
from analytics.dim_time as t
cross join analytics.dim_orgs as o
left join lateral (
    select d.total_ended_count, d.total_scored_count, d.total_score_sum, d.last_ended_at
    from analytics.mv_org_activity_day as d
    where d.org_id = o.org_id and d.active_on <= t.date_key
    order by d.active_on desc
    limit 1
) as l on true
left join lateral (
    select
        sum(d.ended_count) filter (where d.active_on > t.date_key - 7) as this_week,
        sum(d.ended_count) as this_month
    from analytics.mv_org_activity_day as d
    where d.org_id = o.org_id and d.active_on > t.date_key - 30 and d.active_on <= t.date_key
) as a on true
left join lateral (
    select
        (
            select count(*)
            from analytics.mv_user_activity_day as f
            where f.org_id = o.org_id and f.is_first_end and f.active_on <= t.date_key
        ) as active_users,
        (
            select count(distinct m.user_id)
            from analytics.mv_user_activity_day as m
            where m.org_id = o.org_id and m.ended_count > 0 and m.active_on > t.date_key - 30 and m.active_on <= t.date_key
        ) as active_users_this_month
) as u on true;

revoke all on table analytics.org_overviews from public, anon, authenticated;

grant select on table analytics.org_overviews to reporting_user;

comment on view analytics.org_overviews is
    'An organisation in one row, as read on a day. Filter by one day: where read_on = ….';

comment on column analytics.org_overviews.read_on is
    'The UTC day of the read: windows end with it, and later rows are left out.';

comment on column analytics.org_overviews.active_users is 'Users with a completed attempt that has ended.';

comment on column analytics.org_overviews.active_users_this_month is 'Of them, those with one that ended on one of the 30 days that end with read_on.';

comment on column analytics.org_overviews.attempts_this_week is 'Completed attempts that ended on one of the seven days that end with read_on.';

comment on column analytics.org_overviews.scored_count is
    'How many of total_attempts have a score: the basis of avg_score.';

-- Object: analytics.review_session_usage
-- Grain: one row per week (Monday, UTC) in which a review was started
-- Reads: public.review_sessions
-- Serves: /analytics/engagement/review-session-usage
-- Refresh: by week, every 30 minutes
-- Why: a week has many reviews and is read often.
create materialized view analytics.review_session_usage as
with reviews as (
    select
        date_trunc('week', r.started_at at time zone 'UTC')::date as week_start,
        r.user_id,
        r.cards_reviewed_count,
        r.completed_at is not null as is_completed
    from public.review_sessions as r
)
select
    r.week_start,
    count(*) as sessions_count,
    count(distinct r.user_id) as learners_count,
    sum(r.cards_reviewed_count) as cards_reviewed_count,
    round(count(*) filter (where r.is_completed)::numeric / count(*), 4) as completion_rate
from reviews as r
group by r.week_start
with no data;

create unique index review_session_usage_key
    on analytics.review_session_usage (week_start);

comment on materialized view analytics.review_session_usage is 'Reviews by week.';

comment on column analytics.review_session_usage.week_start is 'Monday of the ISO week of the UTC start.';

comment on column analytics.review_session_usage.completion_rate is 'Completed reviews / reviews, four decimals.';

select analytics.register_view(
    view_name => 'review_session_usage',
    pack => 'engagement',
    schedule => '14,44 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.review_sessions.started_at',
    incremental => true
);

-- Object: analytics.active_learning_days
-- Grain: one row per learner and UTC day on which a session, a quiz attempt or a review was started
-- Reads: public.learning_sessions, public.quiz_attempts, public.review_sessions
-- Serves: /analytics/engagement/active-learning-days; source of streak_dropoffs and summary_stats
-- Refresh: by learner and day, every 30 minutes
-- Why: a session that crosses midnight belongs to the day on which it began, whole. Quiz attempts add no seconds: they
--      happen inside a session, whose time would count twice.
create materialized view analytics.active_learning_days as
with activities as (
    select s.user_id, s.started_at, 1 as session, 0 as quiz_attempt, 0 as review_session, s.duration_seconds
    from public.learning_sessions as s
    union all
    select q.user_id, q.started_at, 0, 1, 0, null
    from public.quiz_attempts as q
    union all
    select r.user_id, r.started_at, 0, 0, 1, r.duration_seconds
    from public.review_sessions as r
)
select
    a.user_id,
    (a.started_at at time zone 'UTC')::date as active_on,
    sum(a.session) as sessions_count,
    sum(a.quiz_attempt) as quiz_attempts_count,
    sum(a.review_session) as review_sessions_count,
    coalesce(sum(a.duration_seconds), 0) as active_seconds
from activities as a
group by a.user_id, active_on
with no data;

create unique index active_learning_days_key
    on analytics.active_learning_days (user_id, active_on);

create index active_learning_days_active_on_idx
    on analytics.active_learning_days (active_on, user_id);

comment on materialized view analytics.active_learning_days is 'A learner''s activity on a day.';

comment on column analytics.active_learning_days.active_on is 'UTC day of the start.';

comment on column analytics.active_learning_days.active_seconds is
    'Seconds of sessions and reviews that began on the day; one without a known duration adds nothing.';

select analytics.register_view(
    view_name => 'active_learning_days',
    pack => 'engagement',
    schedule => '11,41 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.learning_sessions.started_at',
    incremental => true
);

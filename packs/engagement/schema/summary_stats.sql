-- Object: analytics.summary_stats
-- Grain: one row in all, also over empty tables
-- Reads: analytics.active_learning_days, analytics.quiz_completion_rates, analytics.streak_dropoffs
-- Serves: /analytics/engagement/summary-stats
-- Refresh: every 30 minutes, after the views that it reads, and once a day although nothing changed
-- Why materialized: one row of everything; and days come without a write.
-- Why: derived from the other views, so that it never contradicts them. The windows end at the newest active day that
--      is not in the future, and as_of_on says which: a stored "last 7 days" by the clock would freeze at the refresh,
--      and one session dated in the future must not leave every other learner outside the windows.
create materialized view analytics.summary_stats as
with newest_day as (
    select max(d.active_on) as as_of_on
    from analytics.active_learning_days as d
    where d.active_on <= (now() at time zone 'UTC')::date
),
learners as (
    select
        d.user_id,
        max(d.active_on) filter (where d.active_on <= n.as_of_on) as last_on,
        sum(d.sessions_count) as sessions_count
    from analytics.active_learning_days as d
    cross join newest_day as n
    group by d.user_id
),
learner_stats as (
    select
        n.as_of_on,
        count(l.user_id) as learners_count,
        -- Seven days with as_of_on as the seventh.
        count(*) filter (where l.last_on > n.as_of_on - 7) as active_learners_7d,
        count(*) filter (where l.last_on > n.as_of_on - 30) as active_learners_30d,
        coalesce(sum(l.sessions_count), 0) as sessions_count
    from newest_day as n
    left join learners as l on true
    group by n.as_of_on
),
quiz_stats as (
    select
        coalesce(sum(q.completed_count), 0) as completed_quizzes_count,
        round(sum(q.completed_count) / sum(q.started_count), 4) as completion_rate
    from analytics.quiz_completion_rates as q
),
streak_stats as (
    select coalesce(max(s.streak_days), 0) as longest_streak_days
    from analytics.streak_dropoffs as s
)
select
    l.as_of_on,
    l.learners_count,
    l.active_learners_7d,
    l.active_learners_30d,
    l.sessions_count::bigint as sessions_count,
    q.completed_quizzes_count::bigint as completed_quizzes_count,
    q.completion_rate,
    s.longest_streak_days
from learner_stats as l
cross join quiz_stats as q
cross join streak_stats as s
with no data;

-- Any column is a key of one row; as_of_on may be null, and a key may not.
create unique index summary_stats_key
    on analytics.summary_stats (learners_count);

comment on materialized view analytics.summary_stats is 'The pack in one row.';

comment on column analytics.summary_stats.as_of_on is
    'Newest active day in the data that is not in the future, where the windows end; null when there is none.';

comment on column analytics.summary_stats.active_learners_7d is 'Learners active on as_of_on or one of the six days before it.';

comment on column analytics.summary_stats.active_learners_30d is 'Learners active on as_of_on or one of the 29 days before it.';

comment on column analytics.summary_stats.completion_rate is 'Completed quiz attempts / quiz attempts, over all quizzes, four decimals; null when there are none.';

select analytics.register_view(
    view_name => 'summary_stats',
    pack => 'engagement',
    schedule => '18,48 * * * *',
    stale_after => '70 minutes',
    rebuild_after => '1 day'
);

-- Object: analytics.quiz_completion_rates
-- Grain: one row per track and quiz that was ever attempted
-- Reads: public.quiz_attempts
-- Serves: /analytics/engagement/quiz-completion-rates; source of summary_stats
-- Refresh: by quiz, every 30 minutes
-- Why: the median needs all attempts at a quiz, so it is stored.
create materialized view analytics.quiz_completion_rates as
with attempts as (
    select
        q.track_id,
        q.quiz_id,
        q.completed_at is not null as is_completed,
        q.score,
        q.duration_ms
    from public.quiz_attempts as q
)
select
    a.track_id,
    a.quiz_id,
    count(*) as started_count,
    count(*) filter (where a.is_completed) as completed_count,
    round(count(*) filter (where a.is_completed)::numeric / count(*), 4) as completion_rate,
    round(avg(a.score) filter (where a.is_completed), 3) as avg_score,
    -- At most halfway between two whole milliseconds: one decimal is exact.
    round((percentile_cont(0.5) within group (order by a.duration_ms) filter (where a.is_completed))::numeric, 1)
        as median_duration_ms
from attempts as a
group by a.track_id, a.quiz_id
with no data;

create unique index quiz_completion_rates_key
    on analytics.quiz_completion_rates (track_id, quiz_id);

comment on materialized view analytics.quiz_completion_rates is
    'How many started attempts at a quiz are completed, and with which scores.';

comment on column analytics.quiz_completion_rates.started_count is 'All attempts, completed or not.';

comment on column analytics.quiz_completion_rates.completion_rate is 'completed_count / started_count, four decimals.';

comment on column analytics.quiz_completion_rates.avg_score is
    'Over completed attempts that have a score; null when there is none.';

comment on column analytics.quiz_completion_rates.median_duration_ms is
    'Over completed attempts with a known duration; null when there is none.';

select analytics.register_view(
    view_name => 'quiz_completion_rates',
    pack => 'engagement',
    schedule => '13,43 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.quiz_attempts.started_at',
    incremental => true
);

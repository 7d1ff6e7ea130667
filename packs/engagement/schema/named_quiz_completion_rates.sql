-- Object: analytics.named_quiz_completion_rates
-- Grain: as analytics.quiz_completion_rates
-- Reads: analytics.quiz_completion_rates, public.tracks
-- Serves: /analytics/engagement/quiz-completion-rates
-- Why: titles are joined when a page is read, not stored.
create view analytics.named_quiz_completion_rates
with (security_invoker = on)
as
select
    q.track_id,
    t.title as track_title,
    q.quiz_id,
    q.started_count,
    q.completed_count,
    q.completion_rate,
    q.avg_score,
    q.median_duration_ms
from analytics.quiz_completion_rates as q
left join public.tracks as t on t.id = q.track_id;

revoke all on table analytics.named_quiz_completion_rates from public, anon, authenticated;

comment on view analytics.named_quiz_completion_rates is 'quiz_completion_rates with the titles of the tracks, read live.';

comment on column analytics.named_quiz_completion_rates.track_title is 'Null where the track was deleted after the last refresh.';

-- Object: analytics.named_tracks, named_quiz_completion_rates, named_explanation_engagement
-- Grain: one row per track; those of the views, with the title of the track and the text of the question
-- Reads: public.tracks; analytics.quiz_completion_rates, explanation_engagement, question_texts
-- Serves: /analytics/engagement/tracks, /analytics/engagement/quiz-completion-rates,
--         /analytics/engagement/explanation-engagement
-- Why: titles and texts are joined when a page is read. A question may come from a bank that this project does not hold: then
--      it has no text.

create view analytics.named_tracks
with (security_invoker = on)
as
select t.id as track_id, t.title
from public.tracks as t;

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

create view analytics.named_explanation_engagement
with (security_invoker = on)
as
select
    e.question_id,
    t.question_text,
    e.views_count,
    e.learners_count,
    e.median_dwell_ms,
    e.helpful_rate,
    e.revisit_rate
from analytics.explanation_engagement as e
left join analytics.question_texts as t on t.question_id = e.question_id;

revoke all on table
    analytics.named_tracks, analytics.named_quiz_completion_rates, analytics.named_explanation_engagement
    from public, anon, authenticated;
comment on view analytics.named_tracks is 'Tracks by title.';
comment on view analytics.named_quiz_completion_rates is 'quiz_completion_rates with the titles of the tracks, read live.';
comment on column analytics.named_quiz_completion_rates.track_title is 'Null where the track was deleted after the last refresh.';
comment on view analytics.named_explanation_engagement is 'explanation_engagement with the texts of the questions, read live.';
comment on column analytics.named_explanation_engagement.question_text is 'The question''s stem, at most 300 characters of it: an ellipsis stands for the rest. Null where the bank of this project has no such question.';

select analytics.register_live(name => 'named_tracks', pack => 'engagement', sources => array['public.tracks']::regclass[]);

-- Object: analytics.named_explanation_engagement
-- Grain: one row per track; those of the views, with the title of the track and the text of the question
-- Reads: public.tracks; analytics.quiz_completion_rates, explanation_engagement, explained_questions
-- Serves: /analytics/engagement/tracks, /analytics/engagement/quiz-completion-rates,
--         /analytics/engagement/explanation-engagement
-- Why: titles and texts are joined when a page is read. A question may come from a bank that this project does not hold: then
--      it has no text.
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
left join analytics.explained_questions as t on t.question_id = e.question_id;

revoke all on table analytics.named_explanation_engagement from public, anon, authenticated;

comment on view analytics.named_explanation_engagement is 'explanation_engagement with the texts of the questions, read live.';

comment on column analytics.named_explanation_engagement.question_text is 'The question''s stem, at most 300 characters of it: an ellipsis stands for the rest. Null where the bank of this project has no such question.';

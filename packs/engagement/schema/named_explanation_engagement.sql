-- Object: analytics.named_explanation_engagement
-- Grain: as analytics.explanation_engagement
-- Reads: analytics.explanation_engagement, analytics.explained_questions
-- Serves: /analytics/engagement/explanation-engagement
-- Why: texts are joined when a page is read, not stored. A question may come from a bank that this project does not
--      hold: then it has no text.
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

comment on column analytics.named_explanation_engagement.question_text is
    'The question''s stem, cut to 300 characters with an ellipsis. Null where this project''s question bank has no such question.';

-- Object: analytics.question_texts
-- Grain: one row per question
-- Reads: public.questions
-- Serves: the names of analytics.named_heatmap, and of the engagement pack's explained_questions
-- Why: an admin who sees that a question is answered badly wants to read it. Texts are longer than figures, and one
--      text belongs to all weeks of a question: they are joined when a page is read, not stored in each row. An answer
--      shows only the beginning, which is enough to recognise the question and keeps a page of 999 rows small.
create view analytics.question_texts
with (security_invoker = on)
as
select
    q.id as question_id,
    case when length(q.stem) <= 300 then q.stem else left(q.stem, 299) || '…' end as question_text
from public.questions as q;

revoke all on table analytics.question_texts from public, anon, authenticated;

comment on view analytics.question_texts is 'The text of each question, cut to 300 characters with an ellipsis.';

select analytics.register_live(name => 'question_texts', pack => 'qbank', sources => array['public.questions']::regclass[]);

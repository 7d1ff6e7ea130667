-- Object: analytics.explained_questions
-- Grain: one row per question that has a text
-- Reads: analytics.question_texts where the pack qbank is installed, else nothing
-- Serves: /analytics/engagement/explanation-engagement
-- Why: explanations belong to questions of any question bank that the project has. With the pack qbank that is
--      public.questions. Without it questions have no texts, until the project replaces this view by one over its own
--      table.
do $$
begin
    if to_regclass('analytics.question_texts') is null then
        create view analytics.explained_questions with (security_invoker = on) as
        select null::uuid as question_id, null::text as question_text where false;
    else
        create view analytics.explained_questions with (security_invoker = on) as
        select t.question_id, t.question_text from analytics.question_texts as t;
    end if;
end
$$;

revoke all on table analytics.explained_questions from public, anon, authenticated;

comment on view analytics.explained_questions is 'Texts of the questions that explanations belong to.';

select analytics.register_live(
    name => 'explained_questions',
    pack => 'engagement',
    sources => array[coalesce(to_regclass('public.questions'), 'public.explanation_views')]::regclass[]
);

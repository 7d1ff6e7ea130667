-- Object: freshet.recompute_changed()
-- Why: a change names a question, a topic, or both. The topics to recompute are those that the changes name and those
--      that their questions belonged to before and belong to now.
create function freshet.recompute_changed(changes freshet.study_changes[], calculated_at timestamptz default now())
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    question_user_ids text[];
    question_ids uuid[];
    user_ids text[];
    topic_ids uuid[];
begin
    select array_agg(c.user_id), array_agg(c.topic_id)
    into user_ids, topic_ids
    from unnest(changes) as c
    where c.topic_id is not null;

    select array_agg(c.user_id), array_agg(c.question_id)
    into question_user_ids, question_ids
    from unnest(changes) as c
    where c.question_id is not null;

    if question_ids is not null then
        select user_ids || array_agg(r.user_id), topic_ids || array_agg(r.topic_id)
        into user_ids, topic_ids
        from freshet.recompute_question_reviews(question_user_ids, question_ids, calculated_at) as r;
    end if;
    -- A statement that writes no row still makes every cached answer about the table old.
    if user_ids is not null then
        perform freshet.recompute_topic_mastery(user_ids, topic_ids, calculated_at);
    end if;
end
$$;

revoke all on function freshet.recompute_changed(freshet.study_changes[], timestamptz) from public, anon, authenticated;

comment on function freshet.recompute_changed(freshet.study_changes[], timestamptz) is
    'Recomputes the reviews of the changed questions and the mastery of the topics concerned. Idempotent.';

-- Object: freshet.recompute_changed()
-- Why: a change names a question, a topic, or both. The topics to recompute are those that the changes name and those
--      that their questions belonged to before and belong to now.
create function freshet.recompute_changed(changes freshet.study_changes[], calculated_at timestamptz default now())
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    user_ids text[];
    topic_ids uuid[];
begin
    select array_agg(t.user_id), array_agg(t.topic_id)
    into user_ids, topic_ids
    from (
        select r.user_id, r.topic_id
        from freshet.recompute_question_reviews(
            array(select c.user_id from unnest(changes) as c),
            array(select c.question_id from unnest(changes) as c),
            calculated_at
        ) as r
        union
        select c.user_id, c.topic_id from unnest(changes) as c where c.topic_id is not null
    ) as t;
    perform freshet.recompute_topic_mastery(coalesce(user_ids, '{}'), coalesce(topic_ids, '{}'), calculated_at);
end
$$;

revoke all on function freshet.recompute_changed(freshet.study_changes[], timestamptz) from public, anon, authenticated;

comment on function freshet.recompute_changed(freshet.study_changes[], timestamptz) is
    'Recomputes the reviews of the changed questions and the mastery of the topics concerned. Idempotent.';

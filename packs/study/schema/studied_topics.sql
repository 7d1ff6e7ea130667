-- Object: freshet.studied_topics()
-- Why: all topics of which a user may have a mastery: those with answers, with reading, and those that have a row now,
--      which may have to go.
create function freshet.studied_topics(user_ids text[])
returns table (user_id text, topic_id uuid)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select r.user_id, r.topic_id
    from analytics.question_reviews as r
    where r.user_id = any (studied_topics.user_ids)
    union
    select i.user_id, m.topic_id
    from public.material_interactions as i
    join public.study_materials as m on m.id = i.material_id
    where i.user_id = any (studied_topics.user_ids)
    union
    select t.user_id, t.topic_id
    from analytics.topic_mastery as t
    where t.user_id = any (studied_topics.user_ids);
end
$$;

revoke all on function freshet.studied_topics(text[]) from public, anon, authenticated;

comment on function freshet.studied_topics(text[]) is 'Users and topics that have, or have to have, a row in analytics.topic_mastery.';

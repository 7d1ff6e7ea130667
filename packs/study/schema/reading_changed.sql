-- Object: freshet.reading_changed()
-- Why: progress in a material changes the mastery of the material's topic.
create function freshet.reading_changed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'DELETE' then
        insert into freshet.study_changes (user_id, topic_id)
        select distinct n.user_id, m.topic_id
        from new_rows as n
        join public.study_materials as m on m.id = n.material_id;
    end if;
    if tg_op <> 'INSERT' then
        insert into freshet.study_changes (user_id, topic_id)
        select distinct o.user_id, m.topic_id
        from old_rows as o
        join public.study_materials as m on m.id = o.material_id;
    end if;
    return null;
end
$$;

revoke all on function freshet.reading_changed() from public, anon, authenticated;

comment on function freshet.reading_changed() is 'Statement trigger of public.material_interactions.';

-- Object: freshet.answers_changed()
-- Why: every write to answers, tracked or not, is noted once for each user, question and day, so that the jobs recompute
--      what changed and nothing else.
create function freshet.answers_changed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'DELETE' then
        insert into freshet.study_changes (user_id, topic_id, question_id, changed_on)
        select distinct n.user_id, n.topic_id, n.question_id, (n.attempted_at at time zone 'UTC')::date
        from new_rows as n;
    end if;
    if tg_op <> 'INSERT' then
        insert into freshet.study_changes (user_id, topic_id, question_id, changed_on)
        select distinct o.user_id, o.topic_id, o.question_id, (o.attempted_at at time zone 'UTC')::date
        from old_rows as o;
    end if;
    return null;
end
$$;

revoke all on function freshet.answers_changed() from public, anon, authenticated;

comment on function freshet.answers_changed() is 'Statement trigger of public.question_attempts.';

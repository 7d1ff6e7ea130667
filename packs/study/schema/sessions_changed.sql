-- Object: freshet.sessions_changed()
-- Why: a session's time belongs to the day on which it began, and a late event may move its beginning: then both days
--      are out of date.
create function freshet.sessions_changed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'DELETE' then
        insert into freshet.study_changes (user_id, changed_on)
        select distinct n.user_id, (n.started_at at time zone 'UTC')::date
        from new_rows as n;
    end if;
    if tg_op <> 'INSERT' then
        insert into freshet.study_changes (user_id, changed_on)
        select distinct o.user_id, (o.started_at at time zone 'UTC')::date
        from old_rows as o;
    end if;
    return null;
end
$$;

revoke all on function freshet.sessions_changed() from public, anon, authenticated;

comment on function freshet.sessions_changed() is 'Statement trigger of public.study_sessions.';

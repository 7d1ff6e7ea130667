-- Object: freshet.unwatch_relative()
-- Why: a partition that was dropped or detached, or whose source no view reads any more, needs no trigger.
create function freshet.unwatch_relative(relation regclass, source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    delete from analytics.source_relatives as r
    where r.relation = unwatch_relative.relation and r.source = unwatch_relative.source;
    -- Without a row here the trigger logs nothing, so it may stay where it cannot be dropped.
    if not exists (select from analytics.source_relatives as r where r.relation = unwatch_relative.relation)
        and exists (
            select
            from pg_catalog.pg_trigger as t
            join pg_catalog.pg_class as c on c.oid = t.tgrelid
            where t.tgrelid = unwatch_relative.relation and t.tgname = 'freshet_note_relative_change' and pg_has_role(c.relowner, 'usage')
        )
    then
        execute format('drop trigger freshet_note_relative_change on %s', relation);
    end if;
end
$$;

revoke all on function freshet.unwatch_relative(regclass, regclass) from public, anon, authenticated;

comment on function freshet.unwatch_relative(regclass, regclass) is
    'A write to the relation no longer counts as a change of the source; its trigger goes with the last such source. Idempotent.';

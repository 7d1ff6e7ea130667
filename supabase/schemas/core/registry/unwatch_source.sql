-- Object: freshet.unwatch_source()
-- Why: a trigger that no view needs writes a row for each statement, for ever. It goes with the last reader of its table.
-- Why the row: writes after this are not counted. A live relation that is registered on the table later would have the version it had
--      before them, and answers from before would be served again. So the end of watching counts as a change.
create function freshet.unwatch_source(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    owner constant oid := (
        select c.relowner
        from pg_catalog.pg_trigger as t
        join pg_catalog.pg_class as c on c.oid = t.tgrelid
        where t.tgrelid = unwatch_source.source and t.tgname = 'freshet_note_source_change'
    );
begin
    if exists (select from analytics.view_sources as s where s.source = unwatch_source.source)
        or exists (select from analytics.live_relations as l where unwatch_source.source = any (l.sources))
    then
        return;
    end if;
    perform freshet.unwatch_relative(r.relation, r.source)
    from analytics.source_relatives as r
    where r.source = unwatch_source.source;
    if owner is null then
        return;
    end if;
    -- The privilege TRIGGER is enough to make one, and not to drop it.
    if not pg_has_role(owner, 'usage') then
        raise notice using
            message = format('the change trigger of %s stays: the table belongs to %s', source, owner::regrole),
            hint = format('As that role: drop trigger freshet_note_source_change on %s;', source);
        return;
    end if;
    execute format('drop trigger freshet_note_source_change on %s', source);
    insert into analytics.source_changes (source) values (unwatch_source.source);
end
$$;

revoke all on function freshet.unwatch_source(regclass) from public, anon, authenticated;

comment on function freshet.unwatch_source(regclass) is
    'Drops the change trigger of a table that no view and no live relation reads, and those of its partitions. Waits for the writers of the table. Idempotent.';

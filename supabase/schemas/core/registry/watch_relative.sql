-- Object: freshet.watch_relative()
-- Why: see analytics.source_relatives.
create function freshet.watch_relative(relation regclass, source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if (select c.relkind from pg_catalog.pg_class as c where c.oid = relation) not in ('r', 'p') then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot watch %s: changes of its foreign table %s cannot be seen', source, relation),
            hint = 'Read from a table that has local partitions only.';
    end if;
    perform freshet.put_change_trigger(relation, 'freshet_note_relative_change', 'note_relative_change');
    insert into analytics.source_relatives (relation, source)
    values (watch_relative.relation, watch_relative.source)
    on conflict do nothing;
end
$$;

revoke all on function freshet.watch_relative(regclass, regclass) from public, anon, authenticated;

comment on function freshet.watch_relative(regclass, regclass) is
    'From now on a write to the relation counts as a change of the source. Idempotent.';

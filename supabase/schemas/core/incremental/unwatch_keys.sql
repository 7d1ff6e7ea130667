-- Object: freshet.unwatch_keys()
-- Why: keys that no incremental view reads cost each write of the source. Each goes with its last reader, the log and its
--      triggers with the last one of all.
create function freshet.unwatch_keys(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    name constant text := freshet.source_name(source);
    is_there constant boolean := exists (select from pg_catalog.pg_class as c where c.oid = unwatch_keys.source);
    -- The privilege TRIGGER is enough to make a trigger, and not to drop it.
    can_drop constant boolean := coalesce(
        (select pg_has_role(c.relowner, 'usage') from pg_catalog.pg_class as c where c.oid = unwatch_keys.source), true
    );
    event text;
    place smallint;
    unread smallint[];
begin
    perform freshet.lock_keys(source);
    if not exists (select from analytics.source_keys as k where k.source = unwatch_keys.source) then
        return;
    end if;
    -- A view that read a table which was dropped with cascade has no query any more; its mappings would only keep the log.
    if not is_there then
        delete from analytics.view_mappings as m where m.source = unwatch_keys.source;
    end if;
    if exists (select from analytics.view_mappings as m where m.source = unwatch_keys.source) then
        with removed as (
            delete from analytics.source_keys as k
            where k.source = unwatch_keys.source
                and not exists (select from analytics.view_mappings as m where m.source = k.source and m.place = k.place)
            returning k.place
        )
        select array_agg(r.place) into unread from removed as r;
        -- The triggers first: they call the functions of the keys.
        if unread is not null then
            perform freshet.watch_keys(source);
        end if;
        foreach place in array coalesce(unread, '{}') loop
            execute format('drop function if exists freshet.%I', freshet.incremental_name(format('try_key_%s_of_', place), name));
            execute format('drop function if exists freshet.%I', freshet.incremental_name(format('key_%s_of_', place), name));
            execute format('alter table %s drop column k%s', freshet.key_log(source), place);
        end loop;
        return;
    end if;
    foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
        if not can_drop then
            execute format(
                'create or replace function freshet.%I() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp '
                'as $body$ begin return null; end $body$',
                freshet.incremental_name(format('log_%s_of_', event), name)
            );
            continue;
        end if;
        if is_there then
            execute format('drop trigger if exists freshet_log_%s on %s', event, source);
        end if;
        execute format('drop function if exists freshet.%I()', freshet.incremental_name(format('log_%s_of_', event), name));
    end loop;
    for place in delete from analytics.source_keys as k where k.source = unwatch_keys.source returning k.place loop
        execute format('drop function if exists freshet.%I', freshet.incremental_name(format('try_key_%s_of_', place), name));
        execute format('drop function if exists freshet.%I', freshet.incremental_name(format('key_%s_of_', place), name));
    end loop;
    execute format('drop table if exists freshet.%I', freshet.incremental_name('keys_of_', name));
    if not can_drop then
        raise notice using
            message = format('the triggers freshet_log_… of %s stay, and do nothing: the table belongs to another role', source),
            hint = format('As its owner: drop trigger freshet_log_insert on %s; and so on for update, delete and truncate.', source);
    end if;
    -- It noted what the others did not.
    if exists (select from pg_catalog.pg_trigger as t where t.tgrelid = source and t.tgname = 'freshet_note_source_change') then
        perform freshet.put_change_trigger(source, 'freshet_note_source_change', 'note_source_change');
    end if;
end
$$;

revoke all on function freshet.unwatch_keys(regclass) from public, anon, authenticated;

comment on function freshet.unwatch_keys(regclass) is
    'Drops the keys of a source that no incremental view reads, and the whole log where none reads the source by group. Idempotent.';

-- Object: freshet.unwatch_keys()
-- Why: keys that no incremental view reads cost each write of the source. They go with the last reader.
create function freshet.unwatch_keys(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    name constant text := freshet.source_name(source);
    event text;
    place smallint;
begin
    if exists (select from analytics.view_mappings as m where m.source = unwatch_keys.source)
        or not exists (select from analytics.source_keys as k where k.source = unwatch_keys.source)
    then
        return;
    end if;
    foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
        if name is not null then
            execute format('drop trigger if exists freshet_log_%s on %s', event, source);
        end if;
        execute format('drop function if exists freshet.%I()', freshet.incremental_name(format('log_%s_of_', event), name));
    end loop;
    for place in delete from analytics.source_keys as k where k.source = unwatch_keys.source returning k.place loop
        execute format('drop function if exists freshet.%I', freshet.incremental_name(format('key_%s_of_', place), name));
    end loop;
    execute format('drop table if exists freshet.%I', freshet.incremental_name('keys_of_', name));
    if exists (select from pg_catalog.pg_trigger as t where t.tgrelid = source and t.tgname = 'freshet_note_source_change') then
        execute format('alter table %s enable trigger freshet_note_source_change', source);
    end if;
end
$$;

revoke all on function freshet.unwatch_keys(regclass) from public, anon, authenticated;

comment on function freshet.unwatch_keys(regclass) is
    'Drops the key log of a source that no incremental view reads by group, with its triggers and functions. Idempotent.';

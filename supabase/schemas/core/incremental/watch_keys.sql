-- Object: freshet.watch_keys()
-- Why: each statement that writes to the source logs the keys of the rows that it touched, before and after. The log is
--      append-only and has no index and no key, so writers never wait for each other because of it.
-- Why "enable always": a bulk load as a replication role switches ordinary triggers off, and would be missed.
-- Why they note the change too: they see whether a row was touched; see freshet.put_change_trigger().
-- Why row(…): made by position and without the name of a type, so a renamed or added column, or a renamed table, changes
--      nothing in the body.
-- Why try_key: an expression that fails for a row must not fail the write. The row then has no key, as in the query, where
--      a condition keeps such rows away from the expression.
-- Why to_regproc: "drop column … cascade" takes the function of a key along, and a write must not fail for want of it. Then
--      any row may have been touched, until the views without a query are unregistered.
-- Why a trigger is made again before a key comes or goes: a statement that began before would call the functions as they
--      were, and log a row without the new key, or fail for want of the old one. Making a trigger waits for it, with no
--      more privilege than watching needs, and it comes first, in the order in which writers lock.
-- Why the function of a trigger is looked at: on a table of another role it may be left from before a rename.
-- Why only what is missing: each "alter table", and a trigger that is made again, would stop readers or writers until the
--      caller commits, and a migration that changes a view's query refreshes the view before that.
create function freshet.watch_keys(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
-- What is there already is no news.
set client_min_messages = 'warning'
as $$
declare
    -- First, since what follows reads the keys.
    is_alone constant boolean := freshet.lock_keys(source);
    name constant text := freshet.source_name(source);
    log constant text := format('freshet.%I', freshet.incremental_name('keys_of_', name));
    columns constant text := (
        select string_agg('k' || k.place, ', ' order by k.place) from analytics.source_keys as k where k.source = watch_keys.source
    );
    "values" constant text := (
        select string_agg(
            format(
                'freshet.%I(row(t.*))',
                freshet.incremental_name(format(case when k.is_guarded then 'try_key_%s_of_' else 'key_%s_of_' end, k.place), name)
            ),
            ', ' order by k.place
        )
        from analytics.source_keys as k
        where k.source = watch_keys.source
    );
    -- The refresh of an incremental view notes its own change.
    is_noted constant boolean := not exists (
        select from analytics.incremental_views as v where to_regclass(format('analytics.%I', v.view_name)) = source
    );
    -- Functions that somebody may drop, as SQL.
    lacks_one constant text := (
        select string_agg(
            format('to_regproc(%L) is null', format('freshet.%I', freshet.incremental_name(format('key_%s_of_', k.place), name))),
            ' or ' order by k.place
        )
        from analytics.source_keys as k
        where k.source = watch_keys.source
    );
    is_new boolean;
    one record;
begin
    if not is_alone or columns is null then
        return;
    end if;
    if exists (
            select from pg_catalog.pg_trigger as t
            where t.tgrelid = source and t.tgname = 'freshet_log_truncate'
                and t.tgfoid = to_regproc(format('freshet.%I', freshet.incremental_name('log_truncate_of_', name)))
        )
        and array(select 'k' || k.place from analytics.source_keys as k where k.source = watch_keys.source order by 1)
            <> array(
                select a.attname::text from pg_catalog.pg_attribute as a
                where a.attrelid = to_regclass(log) and a.attname ~ '^k[0-9]+$' and not a.attisdropped
                order by 1
            )
    then
        execute format(
            'create or replace trigger freshet_log_truncate after truncate on %s for each statement execute function freshet.%I()',
            source, freshet.incremental_name('log_truncate_of_', name)
        );
    end if;
    if to_regclass(log) is null then
        execute format(
            'create table %s (txid xid8 not null default pg_current_xact_id(), is_whole boolean not null default false)', log
        );
        execute format('alter table %s enable row level security', log);
        execute format('revoke all on table %s from public, anon, authenticated', log);
        execute format('comment on table %s is %L', log, format('Keys of changed rows of %s; see analytics.source_keys.', source));
    end if;
    for one in
        select
            k.place, k.expression, k.type,
            format('freshet.%I', freshet.incremental_name(format('key_%s_of_', k.place), name)) as function,
            format('freshet.%I', freshet.incremental_name(format('try_key_%s_of_', k.place), name)) as guarded,
            k.is_guarded
        from analytics.source_keys as k
        where k.source = watch_keys.source
    loop
        is_new := not exists (
            select from pg_catalog.pg_attribute as a where a.attrelid = to_regclass(log) and a.attname = 'k' || one.place and not a.attisdropped
        );
        if is_new then
            execute format('alter table %s add column k%s %s', log, one.place, one.type);
        end if;
        if to_regprocedure(format('%s(%s)', one.function, source)) is null then
            begin
                execute format(
                    'create function %s(x %s) returns %s language sql immutable begin atomic select %s; end',
                    one.function, source, one.type, one.expression
                );
            exception
                -- It was dropped with its column, and with the query of each view that reads it.
                when syntax_error_or_access_rule_violation then
                    if is_new then
                        raise;
                    end if;
                    continue;
            end;
            execute format('revoke all on function %s(%s) from public, anon, authenticated', one.function, source);
        end if;
        if one.is_guarded and to_regprocedure(format('%s(%s)', one.guarded, source)) is null then
            execute format(
                'create function %s(x %s) returns %s language plpgsql immutable set search_path = pg_catalog, pg_temp '
                'as $body$ begin return %s(x); exception when others then return null; end $body$',
                one.guarded, source, one.type, one.function
            );
            execute format('revoke all on function %s(%s) from public, anon, authenticated', one.guarded, source);
        end if;
    end loop;

    for one in
        select e.*, format('freshet.%I', freshet.incremental_name(format('log_%s_of_', e.event), name)) as function
        from (
            values
                ('insert', 'referencing new table as new_rows', array['new_rows']),
                ('update', 'referencing old table as old_rows new table as new_rows', array['old_rows', 'new_rows']),
                ('delete', 'referencing old table as old_rows', array['old_rows']),
                ('truncate', '', null)
        ) as e (event, referencing, images)
    loop
        execute format(
            'create or replace function %s() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp '
            'as $body$ begin %s insert into %s (%s) %s; %s return null; end $body$',
            one.function,
            case when one.images is not null then format(
                'if %s then perform freshet.note_whole_change(tg_relid); return null; end if;', lacks_one
            ) end,
            log,
            case when one.images is null then 'is_whole' else columns end,
            case when one.images is null then 'values (true)' else (
                select string_agg(format('select %s from %s as t', "values", i.image), ' union ')
                    -- One image alone needs the word; a union has it.
                    || case when cardinality(one.images) = 1 then ' group by ' || "values" else '' end
                from unnest(one.images) as i (image)
            ) end,
            case when one.images is not null and is_noted then 'if found then insert into analytics.source_changes (source) values (tg_relid); end if;' end
        );
        execute format('revoke all on function %s() from public, anon, authenticated', one.function);
        if freshet.has_change_trigger(source, 'freshet_log_' || one.event)
            and exists (
                select from pg_catalog.pg_trigger as t
                where t.tgrelid = source and t.tgname = 'freshet_log_' || one.event and t.tgfoid = to_regproc(one.function)
            )
        then
            continue;
        end if;
        perform freshet.assert_watchable(source);
        execute format(
            'create or replace trigger freshet_log_%s after %s on %s %s for each statement execute function %s()',
            one.event, one.event, source, one.referencing, one.function
        );
        -- Only the owner of a table may set this; with the privilege TRIGGER alone the trigger fires as others do.
        if pg_has_role((select c.relowner from pg_catalog.pg_class as c where c.oid = source), 'usage') then
            execute format('alter table %s enable always trigger freshet_log_%s', source, one.event);
        end if;
    end loop;
    -- The change itself has to be noticed by every writer whose keys are logged.
    perform freshet.watch_source(source, c.relkind) from pg_catalog.pg_class as c where c.oid = source;
end
$$;

revoke all on function freshet.watch_keys(regclass) from public, anon, authenticated;

comment on function freshet.watch_keys(regclass) is
    'Makes the key log of a source, and the triggers and functions that write it. Idempotent; called again for new keys.';

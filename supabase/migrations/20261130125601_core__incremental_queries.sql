-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

drop function analytics.register_view(text,text,text,interval,text,regclass,interval,interval,interval,interval,interval,interval,boolean,name[],regclass[]);

-- supabase/schemas/core/incremental/incremental_views_over.sql

-- Object: freshet.incremental_views_over()
-- Why: the catalogue does not know that the table of an incremental view follows from its query.
create or replace function freshet.incremental_views_over(changed regclass)
returns setof text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive above as (
        select changed::oid as relation
        union
        select n.relation
        from above as a
        cross join lateral (
            select r.ev_class as relation
            from pg_catalog.pg_depend as d
            join pg_catalog.pg_rewrite as r on r.oid = d.objid and r.ev_class <> a.relation
            where d.classid = 'pg_catalog.pg_rewrite'::regclass
                and d.refclassid = 'pg_catalog.pg_class'::regclass
                and d.refobjid = a.relation
            union all
            select to_regclass(format('analytics.%I', v.view_name))::oid
            from analytics.incremental_views as v
            where to_regclass(freshet.definition_of(v.view_name)) = a.relation
        ) as n
    )
    select v.view_name
    from analytics.incremental_views as v
    join above as a on a.relation = to_regclass(freshet.definition_of(v.view_name))
        or a.relation = changed and changed = to_regclass(format('analytics.%I', v.view_name))
    join freshet.refresh_order() as o on o.view_name = v.view_name
    order by o.depth desc, v.view_name;
$$;

comment on function freshet.incremental_views_over(regclass) is
    'Incremental views that read the relation, through other views too, itself too if it is one; each before those that it reads.';

-- supabase/schemas/core/incremental/make_incremental.sql

-- Object: freshet.make_incremental()
-- Why: turns a materialized view into a table of the same name, and keeps its query. The rows are taken over as they are,
--      with their version and age, so a reader finds no gap; the next refresh computes everything and writes only what
--      differs. Called again, it derives the mappings again.
create or replace function freshet.make_incremental(view_name text, incremental_by name[], rebuild_on regclass[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    relation constant regclass := format('analytics.%I', view_name)::regclass;
    definition constant text := freshet.definition_of(view_name);
    row_keys constant jsonb := (
        select jsonb_agg(k.names)
        from (
            select (
                select jsonb_agg(a.attname order by u.place)
                from unnest(i.indkey::int2[]) with ordinality as u (number, place)
                join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = u.number
                where u.place <= i.indnkeyatts
            ) as names
            from pg_catalog.pg_index as i
            where i.indrelid = relation and i.indisunique
        ) as k
    );
    row_key name[];
    group_key name[];
    sources regclass[];
    -- What is wrong, or what is still missing.
    fault text;
begin
    if jsonb_array_length(row_keys) > 1 then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot register "%s" as incremental: it has %s unique indexes', view_name, jsonb_array_length(row_keys)),
            hint = 'Keep one: rows are replaced by its key, and two rows that exchange a value of a second one would collide.';
    end if;
    row_key := array(select k.name from jsonb_array_elements_text(row_keys -> 0) with ordinality as k (name, place) order by k.place);
    group_key := coalesce(incremental_by, row_key);
    select string_agg(k.name, ', ') into fault
    from unnest(group_key) as k (name)
    where not exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = relation and a.attname = k.name and a.attnum > 0 and not a.attisdropped
    );
    if fault is not null then
        raise exception using
            errcode = 'undefined_column',
            message = format('cannot register "%s": incremental_by names no column of it: "%s"', view_name, fault),
            hint = 'Name columns of the view by which changes of its sources can be told apart.';
    end if;

    if exists (
        select from analytics.incremental_views as v
        where v.view_name = make_incremental.view_name and v.group_key <> make_incremental.incremental_by
    ) then
        execute format('drop index if exists analytics.%I', freshet.incremental_name('groups_of_', view_name));
    end if;
    sources := array(select distinct m.source from analytics.view_mappings as m where m.view_name = make_incremental.view_name);
    delete from analytics.dirty_groups as g where g.view_name = make_incremental.view_name;
    insert into analytics.incremental_views as v (view_name, row_key, group_key, rebuild_on)
    values (make_incremental.view_name, row_key, group_key, make_incremental.rebuild_on)
    on conflict on constraint incremental_views_pkey do update
    set row_key = excluded.row_key, group_key = excluded.group_key, rebuild_on = excluded.rebuild_on;

    if (select c.relkind from pg_catalog.pg_class as c where c.oid = relation) = 'm' then
        if not (select c.relispopulated from pg_catalog.pg_class as c where c.oid = relation) then
            -- An empty table can be read, so the registry has to say that it has no rows yet.
            update analytics.views as v set refreshed_at = null where v.view_name = make_incremental.view_name;
        end if;
        perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0));
        -- Left where a migration dropped the table and made a materialized view of its name.
        execute format('drop view if exists %s', definition);
        perform freshet.replace_view(relation, freshet.text_of_table(relation, definition));
    end if;
    -- Readers would wait for it, so only where it is news.
    select string_agg(format('alter column %I set not null', a.attname), ', ') into fault
    from pg_catalog.pg_attribute as a
    where a.attrelid = to_regclass(format('analytics.%I', make_incremental.view_name)) and a.attname = any (group_key) and not a.attnotnull;
    if fault is not null then
        execute format('alter table analytics.%I %s', view_name, fault);
    end if;
    if not group_key <@ row_key then
        execute format(
            'create index if not exists %I on analytics.%I (%s)',
            freshet.incremental_name('groups_of_', view_name), view_name,
            (select string_agg(format('%I', k.name), ', ') from unnest(group_key) as k (name))
        );
    end if;

    perform freshet.map_view(view_name);
    perform freshet.watch_keys(m.source)
    from (select distinct d.source from analytics.view_mappings as d where d.view_name = make_incremental.view_name order by d.source) as m;
    perform freshet.unwatch_keys(s.source) from unnest(sources) as s (source);
    perform freshet.build_statements(view_name);
end
$$;

-- supabase/schemas/core/incremental/make_materialized.sql

-- Object: freshet.make_materialized()
-- Why: the way back, for a view whose query has to change, or that is cheaper to compute as a whole.
create or replace function freshet.make_materialized(view_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    relation constant regclass := format('analytics.%I', view_name)::regclass;
    definition constant text := freshet.definition_of(view_name);
    sources constant regclass[] := array(
        select distinct m.source from analytics.view_mappings as m where m.view_name = make_materialized.view_name
    );
    reader text;
    fault text;
begin
    select string_agg(f.what, ', ' order by f.what) into fault
    from (
        select 'policy ' || p.polname from pg_catalog.pg_policy as p where p.polrelid = relation and p.polname <> 'readers'
        union all
        select 'trigger ' || t.tgname from pg_catalog.pg_trigger as t
        where t.tgrelid = relation and not t.tgisinternal and t.tgname not like 'freshet\_%'
        union all
        select 'privileges on column ' || a.attname from pg_catalog.pg_attribute as a where a.attrelid = relation and a.attacl is not null
    ) as f (what);
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot make "%s" again: it has %s, which would be lost', view_name, fault),
            hint = 'Drop them before, and create them again afterwards. A materialized view cannot have policies and triggers.';
    end if;
    select string_agg(distinct m.view_name, ', ') into reader from analytics.view_mappings as m where m.source = relation;
    if reader is not null then
        raise exception using
            errcode = 'dependent_objects_still_exist',
            message = format('cannot make "%s" a materialized view: %s is refreshed by its changed rows', view_name, reader),
            hint = format('Register it with incremental => false first, or with rebuild_on => ''{analytics.%s}''.', view_name);
    end if;
    perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0));
    perform freshet.replace_view(relation, (
        select string_agg(t.statement, E';\n' order by t.place, t.statement)
        from analytics.views as v
        cross join lateral (
            select
                1 as place,
                format(
                    'create materialized view %s as %s %s',
                    relation, rtrim(pg_get_viewdef(definition::regclass), ';'), case when v.refreshed_at is null then 'with no data' end
                ) as statement
            union all
            select 2, pg_get_indexdef(i.indexrelid)
            from pg_catalog.pg_index as i
            join pg_catalog.pg_class as c on c.oid = i.indexrelid
            where i.indrelid = relation and c.relname <> freshet.incremental_name('groups_of_', v.view_name)
            union all
            select
                3,
                case o.objsubid
                    when 0 then format('comment on materialized view %s is %L', relation, o.description)
                    else format('comment on column %s.%I is %L', relation, a.attname, o.description)
                end
            from pg_catalog.pg_description as o
            left join pg_catalog.pg_attribute as a on a.attrelid = relation and a.attnum = o.objsubid
            where o.objoid = relation and o.classoid = 'pg_catalog.pg_class'::regclass
        ) as t
        where v.view_name = make_materialized.view_name
    ));
    execute format('drop view %s', definition);
    delete from analytics.incremental_views as v where v.view_name = make_materialized.view_name;
    update analytics.views as v
    set source_snapshot = null, version = v.version + (v.refreshed_at is not null)::integer
    where v.view_name = make_materialized.view_name;
    perform freshet.unwatch_keys(s.source) from unnest(sources) as s (source);
end
$$;

-- supabase/schemas/core/incremental/watch_keys.sql

-- Object: freshet.watch_keys()
-- Why: each statement that writes to the source logs the keys of the rows that it touched, before and after. The log is
--      append-only and has no index and no key, so writers never wait for each other because of it.
-- Why "enable always": a bulk load as a replication role switches ordinary triggers off, and would be missed.
-- Why row(…): made by position and without the name of a type, so a renamed or added column, or a renamed table, changes
--      nothing in the body.
-- Why only what is missing: each "alter table", and a trigger that is made again, would stop readers or writers until the
--      caller commits, and a migration that changes a view's query refreshes the view before that.
create or replace function freshet.watch_keys(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
-- What is there already is no news.
set client_min_messages = 'warning'
as $$
declare
    name constant text := freshet.source_name(source);
    log constant text := format('freshet.%I', freshet.incremental_name('keys_of_', name));
    columns constant text := (
        select string_agg('k' || k.place, ', ' order by k.place) from analytics.source_keys as k where k.source = watch_keys.source
    );
    "values" constant text := (
        select string_agg(format('freshet.%I(row(t.*))', freshet.incremental_name(format('key_%s_of_', k.place), name)), ', ' order by k.place)
        from analytics.source_keys as k
        where k.source = watch_keys.source
    );
    one record;
begin
    if columns is null then
        return;
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
        select k.place, k.expression, k.type, format('freshet.%I', freshet.incremental_name(format('key_%s_of_', k.place), name)) as function
        from analytics.source_keys as k
        where k.source = watch_keys.source
    loop
        if not exists (
            select from pg_catalog.pg_attribute as a where a.attrelid = to_regclass(log) and a.attname = 'k' || one.place and not a.attisdropped
        ) then
            execute format('alter table %s add column k%s %s', log, one.place, one.type);
        end if;
        if to_regprocedure(format('%s(%s)', one.function, source)) is null then
            execute format(
                'create function %s(x %s) returns %s language sql immutable begin atomic select %s; end',
                one.function, source, one.type, one.expression
            );
            execute format('revoke all on function %s(%s) from public, anon, authenticated', one.function, source);
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
            'as $body$ begin insert into %s (%s) %s; return null; end $body$',
            one.function,
            log,
            case when one.images is null then 'is_whole' else columns end,
            case when one.images is null then 'values (true)' else (
                select string_agg(format('select %s from %s as t', "values", i.image), ' union ')
                    -- One image alone needs the word; a union has it.
                    || case when cardinality(one.images) = 1 then ' group by ' || "values" else '' end
                from unnest(one.images) as i (image)
            ) end
        );
        execute format('revoke all on function %s() from public, anon, authenticated', one.function);
        if freshet.has_change_trigger(source, 'freshet_log_' || one.event) then
            continue;
        end if;
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

-- supabase/schemas/core/registry/change_table.sql

-- Object: analytics.change_table()
-- Why: PostgreSQL refuses to change a column that a view reads. By hand that takes a dozen statements for each view:
--      drop, change, create, index, comments, privileges, register, refresh, and again for each view that reads the
--      view. A forgotten step is noticed late: a view without its index cannot be refreshed, and a view that is no
--      longer registered becomes stale without an alert. This function does all of it in one transaction, so readers
--      see the old rows or the new ones, and a failure changes nothing.
--      The registry's row stays, so the version goes on counting: an answer cached before the change is never served
--      after it. References to a view by oid (rejects, sources of live relations) are kept by name meanwhile.
--      The lock of each view's refresh is taken first: a refresh that waited for the dropped view would fail.
create or replace function analytics.change_table(changed regclass, ddl text, texts jsonb default '{}', fill boolean default true)
returns setof text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Of a view that is dropped only a number would be left.
    label constant text := changed::text;
    views jsonb;
    lives jsonb;
    incrementals jsonb := jsonb_build_object();
    one jsonb;
    fault text;
    declared analytics.views;
    live analytics.live_relations;
    incremental analytics.incremental_views;
begin
    -- An incremental view is a table, of which the catalogue does not know what it reads: it is a materialized view meanwhile.
    for incremental in
        select v.* from freshet.incremental_views_over(changed) with ordinality as o (name, place)
        join analytics.incremental_views as v on v.view_name = o.name
        order by o.place
    loop
        incrementals := incrementals || jsonb_build_object(
            incremental.view_name,
            jsonb_build_object('by', incremental.group_key, 'rebuild_on', incremental.rebuild_on::text[])
        );
        perform freshet.make_materialized(incremental.view_name);
    end loop;
    -- It may be one of them, and has another number now.
    changed := to_regclass(label);
    views := (
        select coalesce(jsonb_agg(
            jsonb_build_object(
                'relation', o.relation::text,
                'name', c.relname,
                'kind', case c.relkind when 'm' then 'materialized view' else 'view' end,
                'text', freshet.text_of_view(o.relation),
                'privileges', c.relacl::text,
                'owner', c.relowner::regrole::text,
                'is_filled', c.relkind = 'm' and c.relispopulated,
                'is_registered', v.view_name is not null,
                'rejects', v.rejects::text,
                'source_at', v.source_at_table::text || '.' || quote_ident(v.source_at_column)
            ) order by o.depth, not texts ? c.relname::text, o.relation::text
        ), '[]')
        from freshet.views_over(changed) as o
        join pg_catalog.pg_class as c on c.oid = o.relation
        left join analytics.views as v on to_regclass(format('analytics.%I', v.view_name)) = o.relation
    );
    lives := (
        select coalesce(jsonb_agg(jsonb_build_object('name', l.live_name, 'sources', l.sources::text[])), '[]')
        from analytics.live_relations as l
        where changed = any (l.sources)
            or l.sources && array(select o.relation from freshet.views_over(changed) as o)
    );
    select t.name into fault
    from jsonb_object_keys(texts) as t (name)
    where t.name not in (select v.one ->> 'name' from jsonb_array_elements(views) as v (one));
    if fault is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot change %s: texts names "%s", which is no view over it', label, fault),
            hint = format('Views over it: %s.', coalesce((select string_agg(v.one ->> 'name', ', ') from jsonb_array_elements(views) as v (one)), 'none'));
    end if;
    select format('%s.%s', a.attrelid::regclass, a.attname) into fault
    from jsonb_array_elements(views) as v (one)
    join pg_catalog.pg_attribute as a on a.attrelid = (v.one ->> 'relation')::regclass
    where a.attacl is not null;
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot change %s: %s has privileges of its own, which would be lost', label, fault),
            hint = 'Revoke them before, and grant them again afterwards; or grant on the whole view.';
    end if;

    perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || (v.one ->> 'name'), 0))
    from (
        select a.one from jsonb_array_elements(views) as a (one)
        where (a.one ->> 'is_registered')::boolean
        order by a.one ->> 'name'
    ) as v;
    for one in select v.one from jsonb_array_elements(views) with ordinality as v (one, place) order by v.place desc loop
        execute format('drop %s %s', one ->> 'kind', one ->> 'relation');
    end loop;

    execute ddl;

    for one in select v.one from jsonb_array_elements(views) with ordinality as v (one, place) order by v.place loop
        -- The schema file of a view may make what it leaves out, too.
        if texts ? (one ->> 'name') or to_regclass(one ->> 'relation') is null then
            begin
                execute coalesce(texts ->> (one ->> 'name'), one ->> 'text');
            exception
                when undefined_column or undefined_table or undefined_function or datatype_mismatch then
                    raise exception using
                        errcode = sqlstate,
                        message = format('cannot change %s: "%s", which reads it, cannot be made again: %s', label, one ->> 'name', sqlerrm),
                        hint = 'Give its new text: texts => jsonb_build_object(''name'', $text$create …$text$).';
            end;
        end if;
        if to_regclass(one ->> 'relation') is null then
            raise exception using
                errcode = 'undefined_table',
                message = format('cannot change %s: the text of "%s" does not make %s', label, one ->> 'name', one ->> 'relation'),
                hint = 'Give the whole schema file of the view: create, index, comments.';
        end if;
        if one ->> 'owner' <> current_user::regrole::text then
            execute format('alter %s %s owner to %s', one ->> 'kind', one ->> 'relation', one ->> 'owner');
        end if;
        perform freshet.restore_privileges((one ->> 'relation')::regclass, (one ->> 'privileges')::aclitem[]);
    end loop;

    -- Only now, since what a view rejects is a view that may have come after it.
    for one in
        select v.one from jsonb_array_elements(views) with ordinality as v (one, place)
        where (v.one ->> 'is_registered')::boolean
        order by v.place
    loop
        select * into strict declared from analytics.views as v where v.view_name = one ->> 'name';
        perform freshet.register_again(
            declared,
            -- A number outlives no drop, a name does; and a new text may have named another one.
            source_at => case
                when not exists (select from pg_catalog.pg_class as c where c.oid = declared.source_at_table) then one ->> 'source_at'
                else declared.source_at_table::text || '.' || quote_ident(declared.source_at_column)
            end,
            rejects => case
                when not exists (select from pg_catalog.pg_class as c where c.oid = declared.rejects) then (one ->> 'rejects')::regclass
                else declared.rejects
            end,
            incremental => incrementals ? declared.view_name,
            incremental_by => case
                when incrementals ? declared.view_name
                    then array(select b.name from jsonb_array_elements_text(incrementals -> declared.view_name -> 'by') as b (name))::name[]
            end,
            rebuild_on => array(
                select b.name::regclass from jsonb_array_elements_text(incrementals -> declared.view_name -> 'rebuild_on') as b (name)
            )
        );
    end loop;
    for one in select l.one from jsonb_array_elements(lives) as l (one) loop
        select * into strict live from analytics.live_relations as l where l.live_name = one ->> 'name';
        perform analytics.register_live(
            name => live.live_name,
            pack => live.pack,
            sources => array(select s.name::regclass from jsonb_array_elements_text(one -> 'sources') as s (name)),
            moments => live.moments
        );
    end loop;

    for one in select v.one from jsonb_array_elements(views) with ordinality as v (one, place) order by v.place loop
        if fill and (one ->> 'is_filled')::boolean then
            if (one ->> 'is_registered')::boolean then
                perform analytics.refresh_view(one ->> 'name', 'manual');
            else
                execute format('refresh materialized view %s', one ->> 'relation');
            end if;
        end if;
        return next one ->> 'relation';
    end loop;
end
$$;

-- supabase/schemas/core/registry/change_view_query.sql

-- Object: analytics.change_view_query()
-- Why: PostgreSQL has no "create or replace" for a materialized view, and the query of an incremental view is not the table
--      that is read. By hand, views that read it, indexes, comments, privileges, the registration and the first rows all
--      have to follow, and readers find the view missing or empty meanwhile.
-- Why two ways: an incremental view with the same columns keeps its table. Readers see the old rows until the caller
--      commits, and never wait. Where columns differ everything over the view is made again, as for a changed table:
--      readers wait until the caller commits, and then see new rows.
create function analytics.change_view_query(view_name text, query text, texts jsonb default '{}')
returns setof text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    relation constant regclass := to_regclass(format('analytics.%I', view_name));
    body constant text := rtrim(query, E'; \n\r\t');
    probe constant text := format('freshet.%I', freshet.incremental_name('new_query_of_', view_name));
    declared analytics.views;
    columns name[];
    has_same_columns boolean;
    fault text;
begin
    select * into declared from analytics.views as v where v.view_name = change_view_query.view_name;
    if not found or relation is null then
        raise exception using
            errcode = 'undefined_table',
            message = format('cannot change the query of "%s": no such view is registered', view_name),
            hint = 'select view_name from analytics.views lists those that are.';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0));

    execute format('create view %s as %s', probe, body);
    columns := array(
        select a.attname from pg_catalog.pg_attribute as a where a.attrelid = probe::regclass and a.attnum > 0 order by a.attnum
    );
    has_same_columns := (
        select
            array_agg((a.attname, a.atttypid, a.atttypmod, a.attcollation) order by a.attnum) filter (where a.attrelid = probe::regclass)
            = array_agg((a.attname, a.atttypid, a.atttypmod, a.attcollation) order by a.attnum) filter (where a.attrelid = relation)
        from pg_catalog.pg_attribute as a
        where a.attrelid in (relation, probe::regclass) and a.attnum > 0 and not a.attisdropped
    );
    execute format('drop view %s', probe);

    select string_agg(distinct k.name::text, ', ') into fault
    from (
        select a.attname as name
        from pg_catalog.pg_index as i
        join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
        where i.indrelid = relation and i.indisunique
        union
        select g.name from analytics.incremental_views as v cross join unnest(v.group_key) as g (name)
        where v.view_name = change_view_query.view_name
    ) as k
    where k.name <> all (columns);
    if fault is not null then
        raise exception using
            errcode = 'undefined_column',
            message = format('cannot change the query of "%s": it has no column %s, which is part of the key of the view', view_name, fault),
            hint = 'Keep the column; a view with another key is another view, under a name of its own.';
    end if;

    if not (freshet.is_incremental(view_name) and has_same_columns) then
        return query select *
        from analytics.change_table(
            relation, 'select', texts || jsonb_build_object(change_view_query.view_name, freshet.text_of_query(relation, body, columns))
        );
        return;
    end if;
    select t.name into fault from jsonb_object_keys(texts) as t (name) limit 1;
    if fault is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot change the query of "%s": texts names "%s", and no other view has to be made again', view_name, fault),
            hint = 'Leave texts out: the columns are the same.';
    end if;
    execute format('create or replace view %s with (security_invoker = on) as %s', freshet.definition_of(view_name), body);
    perform freshet.register_again(
        declared, declared.source_at_table::text || '.' || quote_ident(declared.source_at_column), declared.rejects
    );
    if declared.refreshed_at is not null then
        perform analytics.refresh_view(view_name, 'manual');
    end if;
    return next relation::text;
end
$$;

revoke all on function analytics.change_view_query(text, text, jsonb) from public, anon, authenticated, service_role;

comment on function analytics.change_view_query(text, text, jsonb) is
    'Gives a registered view another query, with its rows, all in the caller''s transaction; returns the names of the views that were made again. For the owner of the views. query: names everything with its schema. Key columns have to stay; indexes and comments of columns that are gone go with them. texts: {view: its new text}, for views that read a column which is gone.';

-- supabase/schemas/core/registry/register_view.sql

-- Object: analytics.register_view()
-- Why: the only way a view gets a schedule. It proves that the view can be refreshed concurrently, finds out what the
--      view reads, watches those sources for changes, and declares the job to the audit. Keyed on names: jobids change.
-- Why incremental is null by default: a later migration that changes a schedule need not know the form of the view.
create function analytics.register_view(
    view_name text,
    pack text,
    schedule text,
    stale_after interval,
    source_at text default null,
    rejects regclass default null,
    statement_timeout interval default '10 minutes',
    rebuild_after interval default '7 days',
    warn_after interval default null,
    source_warn_after interval default null,
    source_error_after interval default null,
    refresh_on_change interval default null,
    incremental boolean default null,
    incremental_by name[] default null,
    rebuild_on regclass[] default null
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    job constant text := 'refresh-' || view_name;
    source_at_parts constant text[] := parse_ident(source_at);
    source_at_table constant regclass := case when source_at is not null
        then to_regclass(format('%I.%I', source_at_parts[1], source_at_parts[2])) end;
    read_before constant regclass[] := array(
        select s.source from analytics.view_sources as s where s.view_name = register_view.view_name order by s.source::oid
    );
    kept analytics.incremental_views;
    command text;
begin
    perform freshet.assert_refreshable(view_name);
    if incremental is null then
        select * into kept from analytics.incremental_views as i where i.view_name = register_view.view_name;
        incremental := found;
        incremental_by := coalesce(incremental_by, nullif(kept.group_key, kept.row_key));
        rebuild_on := coalesce(rebuild_on, kept.rebuild_on);
    end if;
    perform freshet.assert_span(a.argument, a.span)
    from (
        values
            ('stale_after', stale_after),
            ('statement_timeout', statement_timeout),
            ('rebuild_after', rebuild_after),
            ('warn_after', warn_after),
            ('source_warn_after', source_warn_after),
            ('source_error_after', source_error_after),
            ('refresh_on_change', refresh_on_change)
    ) as a (argument, span);
    if source_at is not null and not exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = source_at_table and a.attname = source_at_parts[3] and not a.attisdropped
    ) then
        raise exception using
            errcode = 'undefined_column',
            message = format('cannot register "%s": source_at names no column: "%s"', view_name, source_at),
            hint = 'Write it as schema.table.column, for example public.orders.created_at.';
    end if;
    if source_at is null and coalesce(source_warn_after, source_error_after) is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot register "%s": source_warn_after and source_error_after need source_at', view_name),
            hint = 'Name the column that holds the age of a source row: source_at => ''public.orders.created_at''.';
    end if;
    if not incremental and (incremental_by is not null or cardinality(rebuild_on) > 0) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot register "%s": incremental_by and rebuild_on need incremental => true', view_name),
            hint = 'Add incremental => true, or leave both out.';
    end if;
    execute format('revoke all on table analytics.%I from public, anon, authenticated', view_name);

    insert into analytics.views as v (
        view_name, pack, job_name, schedule, stale_after, warn_after, rebuild_after, statement_timeout,
        source_at_table, source_at_column, source_warn_after, source_error_after, rejects, refresh_on_change
    )
    values (
        register_view.view_name, register_view.pack, job, register_view.schedule,
        register_view.stale_after, register_view.warn_after, register_view.rebuild_after, register_view.statement_timeout,
        source_at_table, source_at_parts[3], register_view.source_warn_after, register_view.source_error_after,
        register_view.rejects, register_view.refresh_on_change
    )
    on conflict on constraint views_pkey do update
    set pack = excluded.pack,
        schedule = excluded.schedule,
        stale_after = excluded.stale_after,
        warn_after = excluded.warn_after,
        source_warn_after = excluded.source_warn_after,
        source_error_after = excluded.source_error_after,
        rebuild_after = excluded.rebuild_after,
        statement_timeout = excluded.statement_timeout,
        source_at_table = excluded.source_at_table,
        source_at_column = excluded.source_at_column,
        rejects = excluded.rejects,
        refresh_on_change = excluded.refresh_on_change,
        -- The view may read something else now, so its next refresh is not skipped.
        source_snapshot = null;

    if incremental then
        perform freshet.make_incremental(view_name, incremental_by, coalesce(rebuild_on, '{}'));
    elsif freshet.is_incremental(view_name) then
        perform freshet.make_materialized(view_name);
    end if;

    delete from analytics.view_sources as s where s.view_name = register_view.view_name;
    insert into analytics.view_sources (view_name, source)
    select register_view.view_name, r.source from freshet.sources_of_view(view_name) as r;
    perform freshet.watch_source(r.source, r.relkind) from freshet.sources_of_view(view_name) as r;
    perform freshet.unwatch_source(s.source) from unnest(read_before) as s (source);

    -- The command sets its limits itself: pg_cron does not apply those of a function.
    command := format(
        'set statement_timeout = %L; set lock_timeout = ''5s''; select analytics.refresh_view(%L)',
        (extract(epoch from statement_timeout) * 1000)::bigint || 'ms', view_name
    );
    perform cron.schedule(job, schedule, command);
    perform freshet.declare_job(
        job_name => job,
        schedule => schedule,
        command => command,
        late_after => interval '5 minutes',
        max_runtime => statement_timeout
    );
end
$$;

revoke all on function analytics.register_view(
    text, text, text, interval, text, regclass, interval, interval, interval, interval, interval, interval,
    boolean, name[], regclass[]
)
    from public, anon, authenticated;

comment on function analytics.register_view(
    text, text, text, interval, text, regclass, interval, interval, interval, interval, interval, interval,
    boolean, name[], regclass[]
) is
    'Registers a materialized view of schema analytics and schedules job refresh-<view>. Idempotent. source_at: schema.table.column of the newest source row; rejects: plain view of the source values left out; warn_after, source_warn_after, source_error_after: age of the rows, and of their sources, from which the audit reports them; refresh_on_change: shortest time between two refreshes that changes of the sources cause, null for refreshes by schedule alone; incremental: true: only the groups that changes touched are computed again, and the view becomes a table of its name; false: a materialized view; null: as it is, with its incremental_by and rebuild_on, and at first a materialized view; incremental_by: columns of a group, null for those of the unique index; rebuild_on: sources of which any change recomputes everything.';

-- supabase/schemas/core/registry/text_of_query.sql

-- Object: freshet.text_of_query()
-- Why: a view whose query changes keeps its indexes and comments, as far as it still has the columns that they name.
create function freshet.text_of_query(relation regclass, query text, columns name[])
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select string_agg(t.statement, E';\n' order by t.place, t.statement)
    from (
        select 1 as place, format(E'create materialized view %s as\n%s\nwith no data', relation, query) as statement
        union all
        select 2, pg_get_indexdef(i.indexrelid)
        from pg_catalog.pg_index as i
        join pg_catalog.pg_class as c on c.oid = i.indexrelid
        where i.indrelid = relation
            -- The registration makes that one.
            and c.relname <> freshet.incremental_name(
                'groups_of_', (select v.relname::text from pg_catalog.pg_class as v where v.oid = relation)
            )
            and not exists (
                select
                from pg_catalog.pg_depend as d
                join pg_catalog.pg_attribute as a on a.attrelid = relation and a.attnum = d.refobjsubid
                where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = i.indexrelid
                    and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = relation
                    and a.attname <> all (columns)
            )
        union all
        select
            3,
            case o.objsubid
                when 0 then format('comment on materialized view %s is %L', relation, o.description)
                else format('comment on column %s.%I is %L', relation, a.attname, o.description)
            end
        from pg_catalog.pg_description as o
        left join pg_catalog.pg_attribute as a on a.attrelid = relation and a.attnum = o.objsubid
        where o.objoid = relation and o.classoid = 'pg_catalog.pg_class'::regclass
            and (o.objsubid = 0 or a.attname = any (columns))
    ) as t;
$$;

revoke all on function freshet.text_of_query(regclass, text, name[]) from public, anon, authenticated;

comment on function freshet.text_of_query(regclass, text, name[]) is
    'The statements that make a registered view with another query as a materialized view without rows: indexes and comments of the columns that it keeps.';

-- supabase/schemas/core/registry/register_again.sql

-- Object: freshet.register_again()
-- Why: a view that is made again is registered as it was, so that what its query reads is found and watched.
create function freshet.register_again(
    declared analytics.views,
    source_at text,
    rejects regclass,
    incremental boolean default null,
    incremental_by name[] default null,
    rebuild_on regclass[] default null
)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select analytics.register_view(
        view_name => declared.view_name,
        pack => declared.pack,
        schedule => declared.schedule,
        stale_after => declared.stale_after,
        source_at => case when declared.source_at_column is not null then register_again.source_at end,
        rejects => case when declared.rejects is not null then register_again.rejects end,
        statement_timeout => declared.statement_timeout,
        rebuild_after => declared.rebuild_after,
        warn_after => declared.warn_after,
        source_warn_after => declared.source_warn_after,
        source_error_after => declared.source_error_after,
        refresh_on_change => declared.refresh_on_change,
        incremental => register_again.incremental,
        incremental_by => register_again.incremental_by,
        rebuild_on => register_again.rebuild_on
    );
$$;

revoke all on function freshet.register_again(analytics.views, text, regclass, boolean, name[], regclass[]) from public, anon, authenticated;

comment on function freshet.register_again(analytics.views, text, regclass, boolean, name[], regclass[]) is
    'Registers a view with what its row in the registry declares. source_at, rejects: as they are called now; incremental and the rest: as in register_view.';

reset check_function_bodies;

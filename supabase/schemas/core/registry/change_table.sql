-- Object: analytics.change_table()
-- Why: PostgreSQL refuses to change a column that a view reads. By hand that takes a dozen statements for each view:
--      drop, change, create, index, comments, privileges, register, refresh, and again for each view that reads the
--      view. A forgotten step is noticed late: a view without its index cannot be refreshed, and a view that is no
--      longer registered becomes stale without an alert. This function does all of it in one transaction, so readers
--      see the old rows or the new ones, and a failure changes nothing.
--      The registry's row stays, so the version goes on counting: an answer cached before the change is never served
--      after it. References to a view by oid (rejects, sources of live relations) are kept by name meanwhile.
--      The lock of each view's refresh is taken first: a refresh that waited for the dropped view would fail.
create function analytics.change_table(changed regclass, ddl text, texts jsonb default '{}', fill boolean default true)
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

revoke all on function analytics.change_table(regclass, text, jsonb, boolean) from public, anon, authenticated, service_role;

comment on function analytics.change_table(regclass, text, jsonb, boolean) is
    'Drops every view that reads the relation, runs the statements, makes the views again, registers and fills them, all in the caller''s transaction; returns their names. For the owner of the views. ddl: names everything with its schema. texts: {view: its new schema file}, for those that have to change. fill: false leaves the views without rows until their next refresh.';

-- Object: freshet.replace_view()
-- Why: a view that becomes a table, or a table that becomes a view again, is read by other views, and PostgreSQL lets none
--      of them change what it reads. All of it is made again in the caller's transaction, so no reader finds the view
--      missing or empty: plain views are replaced in place, and a materialized view that had rows is filled again.
create function freshet.replace_view(relation regclass, statements text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    label constant text := relation::text;
    held constant aclitem[] := (select c.relacl from pg_catalog.pg_class as c where c.oid = relation);
    readers constant jsonb := (
        select coalesce(jsonb_agg(
            jsonb_build_object(
                'oid', o.relation::oid,
                'name', o.relation::text,
                'is_materialized', c.relkind = 'm',
                'is_filled', c.relispopulated,
                'text', case c.relkind
                    when 'm' then freshet.text_of_view(o.relation)
                    else format(
                        'create or replace view %s%s as %s',
                        o.relation, ' with (' || array_to_string(c.reloptions, ', ') || ')', pg_get_viewdef(o.relation)
                    )
                end,
                'privileges', c.relacl::text
            ) order by o.depth, o.relation::text
        ), '[]')
        from freshet.views_over(relation) as o
        join pg_catalog.pg_class as c on c.oid = o.relation
        where o.relation <> replace_view.relation
    );
    aside regclass[] := array[freshet.set_aside(relation)];
    reader jsonb;
begin
    execute replace(statements, '<before>', format('analytics.freshet_before_%s', relation::oid));
    perform freshet.restore_privileges(to_regclass(label), held);
    perform freshet.move_references(relation, to_regclass(label));

    for reader in select r.one from jsonb_array_elements(readers) with ordinality as r (one, place) order by r.place loop
        if not (reader ->> 'is_materialized')::boolean then
            execute reader ->> 'text';
            continue;
        end if;
        aside := freshet.set_aside((reader ->> 'oid')::oid::regclass) || aside;
        execute reader ->> 'text';
        perform freshet.restore_privileges((reader ->> 'name')::regclass, (reader ->> 'privileges')::aclitem[]);
        perform freshet.move_references((reader ->> 'oid')::oid, (reader ->> 'name')::regclass);
        if (reader ->> 'is_filled')::boolean then
            execute format('refresh materialized view %s', reader ->> 'name');
            -- Its rows may be newer than the version that answers were cached under.
            update analytics.views as v
            set version = v.version + 1, source_snapshot = null, watch_state = null
            where to_regclass(format('analytics.%I', v.view_name)) = (reader ->> 'name')::regclass;
        end if;
    end loop;

    -- From the last to the first: each is read by those before it.
    for reader in
        select jsonb_build_object('name', a.relation::text, 'kind', case c.relkind when 'm' then 'materialized view' else 'table' end)
        from unnest(aside) with ordinality as a (relation, place)
        join pg_catalog.pg_class as c on c.oid = a.relation
        order by a.place
    loop
        execute format('drop %s %s', reader ->> 'kind', reader ->> 'name');
    end loop;
end
$$;

revoke all on function freshet.replace_view(regclass, text) from public, anon, authenticated;

comment on function freshet.replace_view(regclass, text) is
    'Makes a relation of schema analytics again by the statements, in which <before> is the old one, and every view that reads it.';

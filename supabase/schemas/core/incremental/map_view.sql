-- Object: freshet.map_view()
-- Why: derives which groups a change touches, and refuses a view of which this is not known for a source: a refresh that
--      misses a group is wrong for good, and shows nothing.
create function freshet.map_view(view_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    definition constant regclass := freshet.definition_of(view_name)::regclass;
    declared analytics.incremental_views;
    mapping record;
    null_keys name[];
    type text;
    fault text;
begin
    select * into strict declared from analytics.incremental_views as v where v.view_name = map_view.view_name;
    perform freshet.assert_repeatable(view_name, definition, declared.group_key || declared.row_key);
    null_keys := array(select k.name from unnest(declared.group_key) as k (name) where freshet.may_be_null(definition, k.name));
    delete from analytics.view_mappings as m where m.view_name = map_view.view_name;
    for mapping in
        select
            m.*,
            row_number() over (partition by m.source order by m.ordinality) as place,
            array_agg(m.expression) filter (where m.expression is not null) over (partition by m.source) as expressions
        from freshet.group_mappings(definition, declared.group_key) with ordinality as m
        where m.source <> all (declared.rebuild_on)
        -- Places are numbered in this order.
        order by m.ordinality
    loop
        if mapping.place = 1 then
            perform freshet.lock_keys(mapping.source);
            perform freshet.rename_keys(mapping.source, coalesce(mapping.expressions, '{}'));
        end if;
        if mapping.expression is not null then
            begin
                type := freshet.key_type(mapping.source, mapping.expression);
            exception
                when others then
                    raise exception using
                        errcode = sqlstate,
                        message = format(
                            'cannot register "%s" as incremental: key column %s is %s of %s: %s',
                            view_name, mapping.key_column, mapping.expression, mapping.source, sqlerrm
                        ),
                        hint = 'Write the expression so that it does not depend on the session, for example "at time zone ''UTC''" before date_trunc.';
            end;
            -- Then a group is known by the other columns alone.
            if not freshet.is_total_cast(
                to_regtype(type)::regtype,
                (select to_regtype(freshet.compared_type(a.atttypid, -1)) from pg_catalog.pg_attribute as a where a.attrelid = definition and a.attname = mapping.key_column)
            ) then
                mapping.expression := null;
            end if;
        end if;
        if mapping.expression is not null then
            insert into analytics.source_keys (source, place, expression, type, source_name, is_guarded)
            values (
                mapping.source,
                coalesce((select max(k.place) from analytics.source_keys as k where k.source = mapping.source), 0) + 1,
                mapping.expression,
                type,
                freshet.source_name(mapping.source),
                freshet.may_raise(mapping.source, mapping.expression)
            )
            on conflict (source, expression) do nothing;
        end if;
        insert into analytics.view_mappings (view_name, source, reference, key_column, place, has_null_group)
        values (
            map_view.view_name, mapping.source, mapping.reference, mapping.key_column,
            (select k.place from analytics.source_keys as k where k.source = mapping.source and k.expression = mapping.expression),
            mapping.expression is not null and mapping.has_value is not true and mapping.key_column = any (null_keys)
        );
    end loop;

    if not exists (select from analytics.view_mappings as m where m.view_name = map_view.view_name) then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot register "%s" as incremental: no source of it is refreshed by group', view_name),
            hint = 'Leave out incremental: any change computes everything. rebuild_on is for some of the sources.';
    end if;
    select string_agg(distinct u.source::text, ', ') into fault
    from (
        -- What the plan does not scan depends on a constraint that can be dropped; what only the plan knows is not watched.
        select s.source from freshet.sources_of_relation(definition) as s
        where not exists (select from analytics.view_mappings as m where m.view_name = map_view.view_name and m.source = s.source)
        union
        select m.source from analytics.view_mappings as m
        where m.view_name = map_view.view_name
        group by m.source, m.reference
        having count(m.place) = 0
            or not exists (select from freshet.sources_of_relation(definition) as s where s.source = m.source)
        union
        -- A materialized view changes as a whole.
        select c.oid::regclass
        from analytics.view_mappings as m
        join pg_catalog.pg_class as c on c.oid = m.source and c.relkind not in ('r', 'p')
        where m.view_name = map_view.view_name
    ) as u (source)
    where u.source <> all (declared.rebuild_on);
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format(
                'cannot register "%s" as incremental by %s: which groups a change touches is not known for %s',
                view_name, array_to_string(declared.group_key, ', '), fault
            ),
            hint = 'Each reading of a source has to be narrowed by a key column. A CTE that is read twice needs "as not materialized"; a materialized view has to be incremental itself; a source that hardly changes may be named in rebuild_on; other columns of the view in incremental_by. A rank or sum over everything cannot be incremental.';
    end if;
end
$$;

revoke all on function freshet.map_view(text) from public, anon, authenticated;

comment on function freshet.map_view(text) is 'Writes the mappings of an incremental view. Raises 0A000 where a source has none.';

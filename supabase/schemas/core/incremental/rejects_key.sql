-- Object: freshet.rejects_key()
-- Why: what a group leaves out is counted again when the group is dirty. That is exact if a row of any source of the
--      rejects can only touch groups whose key is logged for the view: the planner narrows each reading of the rejects by
--      the same expressions over a source row as one of the view's. Other keys that are logged beside them have to be
--      there in every row, since a row without one of its keys is not logged for the view.
create function freshet.rejects_key(view_name text)
returns name[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    rejects constant regclass := (select v.rejects from analytics.views as v where v.view_name = rejects_key.view_name);
    declared analytics.incremental_views;
    key name[];
    fault text;
begin
    if rejects is null then
        return null;
    end if;
    select * into strict declared from analytics.incremental_views as v where v.view_name = rejects_key.view_name;
    key := array(
        select k.name
        from unnest(declared.group_key) with ordinality as k (name, place)
        join pg_catalog.pg_attribute as r on r.attrelid = rejects and r.attname = k.name and not r.attisdropped
        join pg_catalog.pg_attribute as t
            on t.attrelid = format('analytics.%I', view_name)::regclass and t.attname = k.name and t.atttypid = r.atttypid
        order by k.place
    );
    -- A column that no source row tells, such as a key inside a document, is left out; the rest is then proved by itself.
    if cardinality(key) > 0 then
        key := array(
            select k.name
            from unnest(key) with ordinality as k (name, place)
            join freshet.group_mappings(rejects, key) as m on m.key_column = k.name and m.source <> all (declared.rebuild_on)
            group by k.name, k.place
            having bool_and(m.expression is not null)
            order by k.place
        );
    end if;

    with wanted as (
        select m.source, array_agg(format('%s = %s', m.key_column, m.expression)) as pairs, bool_and(m.expression is not null) as is_known
        from freshet.group_mappings(rejects, nullif(key, '{}')) as m
        where cardinality(key) > 0
        group by m.source, m.reference
    ),
    logged as (
        select v.source, array_agg(format('%s = %s', v.key_column, k.expression)) as pairs
        from analytics.view_mappings as v
        join analytics.source_keys as k on k.source = v.source and k.place = v.place
        where v.view_name = rejects_key.view_name
        group by v.source, v.reference
        having bool_and(
            v.key_column = any (key)
            or exists (
                select from pg_catalog.pg_attribute as a
                where a.attrelid = v.source and a.attnotnull and format('x.%I', a.attname) = k.expression
            )
        )
    )
    select string_agg(distinct s.source::text, ', ') into fault
    from freshet.sources_of_relation(rejects) as s
    where s.source <> all (declared.rebuild_on)
        and (
            not exists (select from wanted as w where w.source = s.source)
            or exists (
                select
                from wanted as w
                where w.source = s.source
                    and not (w.is_known and exists (select from logged as l where l.source = w.source and l.pairs @> w.pairs))
            )
        );
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format(
                'cannot register "%s" as incremental by %s: which groups of %s a change touches is not known for %s',
                view_name, array_to_string(declared.group_key, ', '), rejects, fault
            ),
            hint = 'Give the view of rejects the key columns of the view, of the same types, taken from the source row as the view takes them; or name a source that hardly changes in rebuild_on; or leave out rejects.';
    end if;
    return key;
end
$$;

revoke all on function freshet.rejects_key(text) from public, anon, authenticated;

comment on function freshet.rejects_key(text) is
    'Columns of the group key by which the rejects of an incremental view are counted; null where it has none, empty where any change of their sources computes everything. Raises 0A000 where a source of the rejects has no mapping.';

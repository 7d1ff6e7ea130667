-- Object: freshet.shapes_of_view()
-- Why -1: a cast to numeric(4,1) or varchar(3) fails for a larger value, or cuts it; the key of such a row has no group.
-- Why: a reference may know only some of the key columns: then all groups with these values are dirty. References that
--      know the same columns are one shape, and are computed together.
create function freshet.shapes_of_view(view_name text)
returns table (shape integer, columns name[], logged text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with refs as (
        select
            m.source,
            array_agg(m.key_column order by m.key_column) as columns,
            string_agg(
                format('l.k%s::%s as %I', m.place, freshet.compared_type(a.atttypid, -1), m.key_column), ', ' order by m.key_column
            ) as keys,
            string_agg(format('l.k%s is not null', m.place), ' and ' order by m.key_column) as present
        from analytics.view_mappings as m
        join pg_catalog.pg_attribute as a
            on a.attrelid = to_regclass(format('analytics.%I', m.view_name)) and a.attname = m.key_column
        where m.view_name = shapes_of_view.view_name and m.place is not null
        group by m.source, m.reference
    )
    select
        (row_number() over (order by r.columns))::integer,
        r.columns,
        string_agg(
            format(
                'select %s from %s as l, declared as v where %s and %s',
                r.keys, freshet.key_log(r.source), freshet.lacks_change('l.txid'), r.present
            ),
            ' union all ' order by r.source::oid, r.keys
        )
    from refs as r
    group by r.columns;
$$;

revoke all on function freshet.shapes_of_view(text) from public, anon, authenticated;

comment on function freshet.shapes_of_view(text) is
    'Sets of key columns that are logged together for a view, and the query of the keys that the rows of the view lack.';

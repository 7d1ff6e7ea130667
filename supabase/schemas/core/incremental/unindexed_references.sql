-- Object: freshet.unindexed_references()
-- Why: the rows of a group are looked up in each source by the key of the group. Without an index over all of the key a
--      group costs a scan, or a part of one: 29 ms and not 0.13 over a hundred thousand rows of one organisation.
create function freshet.unindexed_references(view_name text)
returns table (source regclass, reference smallint, columns text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with wanted as (
        select
            m.source,
            m.reference,
            string_agg(
                case when e.expression ~ '^([a-z_][a-z0-9_]*|"[^"]+")$' then e.expression else format('(%s)', e.expression) end,
                ', ' order by m.key_column
            ) as columns,
            array_agg(distinct regexp_replace(e.expression, '[\s()]', '', 'g')) as expressions
        from analytics.view_mappings as m
        join analytics.source_keys as k on k.source = m.source and k.place = m.place
        cross join lateral (select regexp_replace(k.expression, '\mx\.', '', 'g') as expression) as e
        where m.view_name = unindexed_references.view_name
            -- See freshet.rename_keys().
            and k.expression not like 'key %'
        group by m.source, m.reference
    )
    select w.source, w.reference, w.columns
    from wanted as w
    where not exists (
        select
        from pg_catalog.pg_index as i
        cross join lateral (
            select array_agg(regexp_replace(pg_get_indexdef(i.indexrelid, g, true), '[\s()]', '', 'g') order by g) as columns
            from generate_series(1, i.indnkeyatts::integer) as g
        ) as c
        where i.indrelid = w.source and i.indisvalid
            and (
                w.expressions <@ c.columns[1:cardinality(w.expressions)]
                -- One row at most.
                or i.indisunique and i.indpred is null and c.columns <@ w.expressions
            )
    );
$$;

revoke all on function freshet.unindexed_references(text) from public, anon, authenticated;

comment on function freshet.unindexed_references(text) is
    'References of an incremental view to sources that no index supports. columns: what such an index has to begin with, as CREATE INDEX takes it.';

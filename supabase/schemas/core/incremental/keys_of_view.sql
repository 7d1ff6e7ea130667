-- Object: freshet.keys_of_view()
-- Why: two derivations of the mappings are compared by what is logged, whatever their references are numbered.
create function freshet.keys_of_view(view_name text)
returns text[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select array_agg(r.keys order by r.keys)
    from (
        select format('%s: %s', m.source::oid, string_agg(format('%s=%s', m.key_column, m.place), ', ' order by m.key_column)) as keys
        from analytics.view_mappings as m
        where m.view_name = keys_of_view.view_name
        group by m.source, m.reference
    ) as r;
$$;

revoke all on function freshet.keys_of_view(text) from public, anon, authenticated;

comment on function freshet.keys_of_view(text) is 'For each reference of an incremental view to a source: the places of the logged keys that equal its key columns.';

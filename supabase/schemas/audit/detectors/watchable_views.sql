-- Object: freshet.watchable_views()
-- Why: views of the platform and of extensions are refreshed by their owners. Read by several detectors of each pass, so it is
--      PL/pgSQL, which plans its query once in a session.
create function freshet.watchable_views()
returns table (relation oid, schema_name text, relation_name text, owner text, is_populated boolean, is_registered boolean, has_key boolean)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select
        c.oid, n.nspname::text, c.relname::text, pg_get_userbyid(c.relowner)::text, c.relispopulated,
        n.nspname = 'analytics' and exists (select from analytics.views as v where v.view_name = c.relname),
        exists (
            select
            from pg_index as i
            where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null
                and not (0 = any (i.indkey::int2[]))
        )
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind = 'm'
        and n.nspname !~ '^(pg_|_realtime|supabase_)'
        and n.nspname not in (
            'information_schema', 'auth', 'storage', 'realtime', 'extensions', 'graphql', 'graphql_public', 'vault', 'cron', 'net',
            'pgbouncer', 'pgsodium'
        )
        -- An extension refreshes its own views.
        and not exists (
            select from pg_depend as d
            where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
        );
end
$$;

revoke all on function freshet.watchable_views() from public, anon, authenticated;

comment on function freshet.watchable_views() is 'Materialized views of the database that are neither the platform''s nor an extension''s.';

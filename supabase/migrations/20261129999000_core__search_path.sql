-- Object: every function of analytics and private, and those of ours in public; what functions that are made later may be
-- Why: with an empty search path a type is still looked for among the temporary ones first, so that a caller's domain
--      named jsonb ran its check with a definer function's rights. Only a path that names pg_temp puts it last.
--      This migration stays the last one by its number, so that it reaches what earlier ones make.

do $$
declare
    routine record;
begin
    for routine in
        select p.oid::regprocedure as signature
        from pg_catalog.pg_proc as p
        join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
        where p.prokind in ('f', 'p')
            and (
                n.nspname in ('analytics', 'private')
                -- An application's own functions in public are its own.
                or n.nspname = 'public' and p.proname in (
                    'analytics_heatmap_admin', 'analytics_refresh_heatmap', 'custom_access_token_hook',
                    'refresh_reporting_views'
                )
            )
            and pg_has_role(p.proowner, 'usage')
    loop
        execute format('alter routine %s set search_path = pg_catalog, pg_temp', routine.signature);
    end loop;
end
$$;

-- A schema's own default privileges can only add to those of the role, so the role's are narrowed. What applications make
-- in the schemas that are there stays as open as it was.
alter default privileges revoke execute on functions from public;
do $$
declare
    application record;
begin
    for application in
        select n.nspname
        from pg_catalog.pg_namespace as n
        where n.nspname not in ('analytics', 'private', 'information_schema')
            and n.nspname !~ '^pg_'
            and has_schema_privilege(n.oid, 'create')
    loop
        execute format('alter default privileges in schema %I grant execute on functions to public', application.nspname);
    end loop;
end
$$;

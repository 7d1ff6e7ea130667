-- Object: every function of analytics and private, and those of ours in public
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

-- PostgreSQL lets PUBLIC execute what is made without a word. A schema's default privileges can only add to that, and
-- those of a role are not ours to change; so what was made so far is closed here, and the house tests hold every function.
revoke execute on all routines in schema analytics, private from public;

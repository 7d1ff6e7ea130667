-- Object: freshet.source_name()
-- Why: generated objects of a source are named after it: public_submissions. They keep their names when it is renamed.
-- Why the number: a table that was renamed leaves its name to another one, and a.b_c is called like a_b.c. Two sources with
--      one log would call each other's functions, and fail each other's writes.
create function freshet.source_name(source regclass)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (select min(k.source_name) from analytics.source_keys as k where k.source = source_name.source),
        (
            select
                n.nspname || '_' || c.relname
                || case
                    when exists (select from analytics.source_keys as k where k.source_name = n.nspname || '_' || c.relname)
                        -- Left on a table of another role; see freshet.unwatch_keys().
                        or to_regproc(format('freshet.%I', freshet.incremental_name('log_insert_of_', n.nspname || '_' || c.relname))) is not null
                        then '_' || c.oid
                    else ''
                end
            from pg_catalog.pg_class as c
            join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
            where c.oid = source_name.source
        )
    );
$$;

revoke all on function freshet.source_name(regclass) from public, anon, authenticated;

comment on function freshet.source_name(regclass) is
    'Schema and name of a source, as a part of generated names; with its number where another source has that name.';

-- The extensions that a hosted project carries from the start, those of them that this server has. Safe to run again.
do $extensions$
declare
    extension_name text;
begin
    foreach extension_name in array array['pgcrypto', 'uuid-ossp', 'pg_stat_statements', 'plpgsql_check'] loop
        if exists (select from pg_catalog.pg_available_extensions as a where a.name = extension_name) then
            execute format('create extension if not exists %I with schema extensions', extension_name);
        end if;
    end loop;
end
$extensions$;

-- Records a stand-in in the catalog under the extension's name, so that a migration's
-- "create extension if not exists <name>" is the same no-op that it is on a hosted project which has it enabled.
-- The version "stand-in" is how the stack, and you, tell it from the real one: select * from pg_extension.
-- Gone when the session ends.
create or replace function pg_temp.register_stand_in(extension_name text, schema_name text) returns void
language sql
as $body$
    insert into pg_catalog.pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
    select
        pg_catalog.pg_nextoid('pg_catalog.pg_extension', 'oid', 'pg_catalog.pg_extension_oid_index'),
        extension_name,
        (select r.oid from pg_catalog.pg_roles as r where r.rolname = current_user),
        schema_name::regnamespace,
        false,
        'stand-in'
    where not exists (select from pg_catalog.pg_extension as e where e.extname = extension_name)
$body$;

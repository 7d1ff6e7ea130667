-- Object: freshet.system_identifier()
-- Why: a clone or a restore into another cluster is recognised by it.
create function freshet.system_identifier()
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select system_identifier::text from pg_catalog.pg_control_system();
$$;

revoke all on function freshet.system_identifier() from public, anon, authenticated;

comment on function freshet.system_identifier() is 'Identity of the cluster, as initdb gave it.';

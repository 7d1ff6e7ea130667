-- Object: freshet.key_log()
-- Why: the statements that read and fold a key log have to name the same table as the triggers that write it.
create function freshet.key_log(source regclass)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select 'freshet.' || quote_ident(freshet.incremental_name('keys_of_', freshet.source_name(source)));
$$;

revoke all on function freshet.key_log(regclass) from public, anon, authenticated;

comment on function freshet.key_log(regclass) is 'Quoted name of the key log of a source; null where the source is gone.';

-- Object: freshet.source_lock_key()
-- Why: a trim must not judge changes while a refresh reads the source: the snapshot of that refresh is not in the
--      registry yet.
create function freshet.source_lock_key(source regclass)
returns bigint
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select hashtextextended('freshet.source:' || source::oid, 0);
$$;

revoke all on function freshet.source_lock_key(regclass) from public, anon, authenticated;

comment on function freshet.source_lock_key(regclass) is
    'Advisory lock of a source: shared while a refresh reads it, exclusive while its change log is trimmed.';

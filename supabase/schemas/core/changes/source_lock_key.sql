-- Object: freshet.source_lock_key()
-- Grain: one row per statement that wrote to a source of a registered view
-- Why: a refresh is skipped when nothing changed. The log is append-only and has no unique key, so that no writer ever
--      waits for another one because of it. Rows carry the writing transaction: a view is dirty when a change exists
--      that its own snapshot does not include, so a transaction that was open across a refresh is never lost.
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

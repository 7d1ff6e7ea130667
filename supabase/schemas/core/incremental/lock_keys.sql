-- Object: freshet.lock_keys()
-- Why: two transactions that register views over one source each see the keys that they made. The later one would write
--      trigger functions without the key of the other, whose view would then miss every change.
create function freshet.lock_keys(source regclass)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select true from pg_advisory_xact_lock(hashtextextended('freshet.keys:' || source::oid, 0));
$$;

revoke all on function freshet.lock_keys(regclass) from public, anon, authenticated;

comment on function freshet.lock_keys(regclass) is
    'Waits until no other transaction changes what is logged of a source. True; what is read after it is up to date.';

-- Object: freshet.trim_source_changes(), analytics.trim_source_changes()
-- Why: keeps the change log short without waiting for a refresh or holding one up; see analytics.source_changes.
create function freshet.trim_source_changes(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    lock_key constant bigint := freshet.source_lock_key(source);
begin
    -- A running refresh has a snapshot that is not in the registry yet, so which changes it lacks is unknown. The lock
    -- is released at once: held to the end of a long transaction it would make other refreshes wait.
    if not pg_try_advisory_lock(lock_key) then
        return;
    end if;
    begin
        -- A migration that has added a key to the log may be about to refresh its view, and would wait for this lock.
        if to_regclass(freshet.key_log(source)) is not null then
            execute format('lock table %s in row exclusive mode nowait', freshet.key_log(source));
        end if;
        perform freshet.delete_needless_source_changes(source);
        perform freshet.fold_keys(source);
    exception
        when lock_not_available then
            null;
        when query_canceled or others then
            perform pg_advisory_unlock(lock_key);
            raise;
    end;
    perform pg_advisory_unlock(lock_key);
end
$$;

create function analytics.trim_source_changes()
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    select freshet.trim_source_changes(c.source)
    from (select distinct c.source from analytics.source_changes as c) as c
    order by c.source::oid;
$$;

revoke all on function freshet.trim_source_changes(regclass) from public, anon, authenticated;

revoke all on function analytics.trim_source_changes() from public, anon, authenticated;

comment on function freshet.trim_source_changes(regclass) is
    'Shortens the change log of a source unless a refresh is reading it. Idempotent; never waits.';

comment on function analytics.trim_source_changes() is 'Folds the change log of every source that no refresh is reading. Idempotent; never waits.';

select analytics.register_job(
    job_name => 'trim-source-changes',
    schedule => '*/5 * * * *',
    command => 'set statement_timeout = ''1min''; select analytics.trim_source_changes()',
    max_runtime => '1 minute'
);

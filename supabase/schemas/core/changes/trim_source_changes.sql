-- Object: freshet.trim_source_changes(), analytics.trim_source_changes()
-- Grain: one row per statement that wrote to a source of a registered view
-- Why: a refresh is skipped when nothing changed. The log is append-only and has no unique key, so that no writer ever
--      waits for another one because of it. Rows carry the writing transaction: a view is dirty when a change exists
--      that its own snapshot does not include, so a transaction that was open across a refresh is never lost.
create function freshet.trim_source_changes(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    lock_key constant bigint := freshet.source_lock_key(source);
begin
    -- A refresh in flight has a snapshot that is not in the registry yet, so what it has not seen cannot be judged.
    -- The lock is let go at once: held to the end of a long transaction it would keep other refreshes waiting.
    if not pg_try_advisory_lock(lock_key) then
        return;
    end if;
    begin
        perform freshet.delete_needless_source_changes(source);
    exception
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

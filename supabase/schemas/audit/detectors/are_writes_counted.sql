-- Object: freshet.are_writes_counted()
-- Why: a session reports the rows that it wrote while it waits for its next command, at most a minute after the commit.
--      The jobs of the refresh queue commit several refreshes within one command, which may take long.
create function freshet.are_writes_counted(committed_by timestamptz, longest_wait interval default '2 minutes')
returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select committed_by <= clock_timestamp() - longest_wait
        and not exists (
            select
            from pg_catalog.pg_stat_activity as a
            where a.datname = current_database()
                and a.pid <> pg_backend_pid()
                and a.state <> 'idle'
                and least(a.xact_start, a.query_start) < committed_by + longest_wait / 2
        );
$$;

revoke all on function freshet.are_writes_counted(timestamptz, interval) from public, anon, authenticated;

comment on function freshet.are_writes_counted(timestamptz, interval) is
    'Whether PostgreSQL''s counters have the rows of each transaction that had committed at that moment. longest_wait: twice the time in which a session that waits reports them.';

-- Object: freshet.run_ending()
-- Why: each run is taken exactly once, when it has ended, however late that is: by watermark when it is new, by its own
--      runid while it is open. Never by time: runs that never started have none, and only runid has an index.
create function freshet.run_ending(status text, message text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when status = 'succeeded' then 'succeeded'
        -- A server that crashes tells some of its clients so before pg_cron, which crashes with it, marks the others.
        when message = 'server restarted'
            or message ~ '^server closed the connection|because of crash of another server process|the database system is '
            then 'restarted'
        when message = 'job canceled' then 'canceled'
        when message ~ '^(connection (failed|lost)|job startup timeout|could not start background|unable to create a DSM)'
            -- The server's refusals, which come through where a run has a connection of its own.
            or message ~ '(too many clients already|remaining connection slots|too many connections for)'
            then 'infrastructure'
        when message ~ 'canceling statement due to statement timeout' then 'timed_out'
        else 'failed'
    end;
$$;

revoke all on function freshet.run_ending(text, text) from public, anon, authenticated;

comment on function freshet.run_ending(text, text) is
    'How a run ended: succeeded, failed, timed_out, or struck from outside: infrastructure, restarted, canceled.';

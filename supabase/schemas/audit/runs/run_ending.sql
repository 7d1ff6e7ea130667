-- Object: freshet.run_ending()
-- Why: status "failed" has different causes that only the message tells apart, and each is another kind of trouble.
create function freshet.run_ending(status text, message text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when status = 'succeeded' then 'succeeded'
        -- A server that crashes says so to some of its clients before pg_cron, which crashes with it, marks the other
        -- runs.
        when message = 'server restarted'
            or message ~ '^server closed the connection|because of crash of another server process|the database system is '
            then 'restarted'
        when message = 'job canceled' then 'canceled'
        when message ~ '^(connection (failed|lost)|job startup timeout|could not start background|unable to create a DSM)'
            -- The server's refusals, which appear where a run has a connection of its own.
            or message ~ '(too many clients already|remaining connection slots|too many connections for)'
            then 'infrastructure'
        when message ~ 'canceling statement due to statement timeout' then 'timed_out'
        else 'failed'
    end;
$$;

revoke all on function freshet.run_ending(text, text) from public, anon, authenticated;

comment on function freshet.run_ending(text, text) is
    'How a run ended: succeeded, failed, timed_out, or struck from outside: infrastructure, restarted, canceled.';

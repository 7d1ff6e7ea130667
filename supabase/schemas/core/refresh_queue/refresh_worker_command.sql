-- Object: freshet.refresh_worker_command()
-- Why: what a job of the queue runs depends on how pg_cron runs commands; see freshet.schedule_refresh_workers().
create function freshet.refresh_worker_command(worker integer, in_background boolean)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Views whose sources have changed are requested first, by the job that then refreshes them: where pg_cron has
    -- minutes only, a job of its own would run at the same moment as the queue's, and its requests would wait a minute.
    -- pg_cron sends a command in one message: each of its statements has the limit that is set when it begins, and
    -- "begin" and "commit" are the command's own. Background workers of pg_cron run a command in one transaction,
    -- refuse both words, and count the limit of the role from the first statement to the last, whatever a command sets;
    -- there a block that is the whole command may commit, and freshet.cut_overdue_refreshes() enforces the shorter
    -- limits.
    select case
        when in_background
            then format(
                'do ''begin perform freshet.request_changed_refreshes(); commit; for place in 1..8 loop perform freshet.claim_refresh(%s); commit; '
                'perform freshet.run_refresh(); commit; end loop; end''', worker
            )
        else 'set statement_timeout = 0; set lock_timeout = ''5s''; '
            || 'begin; select freshet.request_changed_refreshes(); commit; '
            || rtrim(
                repeat(format('begin; select freshet.claim_refresh(%s); commit; begin; select freshet.run_refresh(); commit; ', worker), 8),
                '; '
            )
    end;
$$;

revoke all on function freshet.refresh_worker_command(integer, boolean) from public, anon, authenticated;

comment on function freshet.refresh_worker_command(integer, boolean) is 'What a job of the refresh queue runs: it requests what has changed, then refreshes up to eight views. in_background: as background workers of pg_cron run commands.';

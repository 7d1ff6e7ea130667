-- Object: freshet.begin_account()
-- Why: the first pass takes the existing history as its starting point. Runs that have ended go into the ledger and to
--      no detector; open runs are followed, except those that died before.
create function freshet.begin_account(runs freshet.audited_run[], pass_started_at timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.note_failed_refreshes(runs);

    -- Open rows without a process were left by an earlier crash. A run that is just starting has no process yet, and is
    -- the newest.
    if pg_has_role(current_user, 'pg_read_all_stats', 'usage') then
        update analytics.open_runs as o
        set given_up_at = clock_timestamp()
        where not freshet.is_run_alive(o)
            and (
                o.started_at < pass_started_at - interval '1 minute'
                or exists (
                    select
                    from cron.job_run_details as later
                    where later.runid > o.runid and later.start_time < pass_started_at - interval '1 minute'
                )
            );
    end if;

    update analytics.audit_state set judged_since = pass_started_at;
end
$$;

revoke all on function freshet.begin_account(freshet.audited_run[], timestamptz) from public, anon, authenticated;

comment on function freshet.begin_account(freshet.audited_run[], timestamptz) is
    'The first pass has seen the history: its runs are known, and no longer judged. Once.';

-- Object: private.schedule_refresh_workers(), jobs analytics-refresh-queue-1 and analytics-refresh-queue-2
-- Why: two jobs work through the queue, so that one view that takes its ten minutes keeps one of them, and whatever else was asked
--      for goes through the other. Each looks every ten seconds where pg_cron knows seconds (from 1.5 on), else every
--      minute.

create function private.refresh_worker_command(in_background boolean)
returns text
language sql
immutable
set search_path = ''
as $$
    -- pg_cron sends a command in one message: each statement of it has the limit that is set when it begins, and
    -- "begin" and "commit" are its own. Its background workers run a command in one transaction, refuse both words, and count
    -- the limit that the role has from the first statement to the last, whatever a command sets; there a block that
    -- is the whole command may commit, and private.cut_overdue_refreshes() keeps the limits that are shorter.
    select case
        when in_background
            then 'do ''begin for place in 1..8 loop perform private.claim_refresh(); commit; '
                || 'perform private.run_refresh(); commit; end loop; end'''
        else 'set statement_timeout = 0; set lock_timeout = ''5s''; '
            || rtrim(repeat('begin; select private.claim_refresh(); commit; begin; select private.run_refresh(); commit; ', 8), '; ')
    end;
$$;
revoke all on function private.refresh_worker_command(boolean) from public, anon, authenticated;
comment on function private.refresh_worker_command(boolean) is 'What a job of the refresh queue runs: up to eight views. in_background: as background workers of pg_cron run commands.';

create function private.schedule_refresh_workers()
returns void
language plpgsql
set search_path = ''
as $$
declare
    job text;
begin
    foreach job in array array['analytics-refresh-queue-1', 'analytics-refresh-queue-2'] loop
        begin
            perform private.schedule_refresh_worker(job, '10 seconds');
        exception
            -- A pg_cron before 1.5.
            when invalid_parameter_value then
                perform private.schedule_refresh_worker(job, '* * * * *');
        end;
    end loop;
end
$$;
revoke all on function private.schedule_refresh_workers() from public, anon, authenticated;
comment on function private.schedule_refresh_workers() is
    'Schedules and declares the jobs of the refresh queue as this pg_cron wants them. Idempotent: call it again after pg_cron was upgraded, or cron.use_background_workers changed.';

create function private.schedule_refresh_worker(job_name text, schedule text)
returns void
language sql
set search_path = ''
as $$
    -- While a run goes on no other one is missed; it ends with the view that it is at after half a minute.
    select analytics.register_job(
        job_name => job_name,
        schedule => schedule,
        command => private.refresh_worker_command(current_setting('cron.use_background_workers', true) is not distinct from 'on'),
        late_after => interval '10 minutes',
        max_runtime => interval '2 hours'
    );
    update analytics.scheduled_jobs as j set is_worker = true where j.job_name = schedule_refresh_worker.job_name;
$$;
revoke all on function private.schedule_refresh_worker(text, text) from public, anon, authenticated;
comment on function private.schedule_refresh_worker(text, text) is 'One of the jobs of private.schedule_refresh_workers.';

select private.schedule_refresh_workers();

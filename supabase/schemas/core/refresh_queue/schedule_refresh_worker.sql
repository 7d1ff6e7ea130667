-- Object: freshet.schedule_refresh_worker()
-- Why: schedules and declares one of the two jobs alike.
create function freshet.schedule_refresh_worker(worker integer, schedule text)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- While a run goes on, a missed slot is no fault; a run ends with its current view after half a minute.
    select analytics.register_job(
        job_name => 'analytics-refresh-queue-' || worker,
        schedule => schedule,
        command => freshet.refresh_worker_command(
            worker, current_setting('cron.use_background_workers', true) is not distinct from 'on'
        ),
        late_after => interval '10 minutes',
        max_runtime => interval '2 hours'
    );
    update analytics.scheduled_jobs as j set is_worker = true where j.job_name = 'analytics-refresh-queue-' || worker;
$$;

revoke all on function freshet.schedule_refresh_worker(integer, text) from public, anon, authenticated;

comment on function freshet.schedule_refresh_worker(integer, text) is 'One of the jobs of freshet.schedule_refresh_workers.';

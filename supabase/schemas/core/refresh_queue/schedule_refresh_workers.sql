-- Object: freshet.schedule_refresh_workers()
-- Why: two jobs work through the queue: a view that takes its ten minutes occupies one of them, and the other requests
--      go through the other. Each looks every ten seconds where pg_cron supports seconds (from 1.5 on), else every
--      minute.
create function freshet.schedule_refresh_workers()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    for worker in 1..2 loop
        begin
            perform freshet.schedule_refresh_worker(worker, '10 seconds');
        exception
            -- pg_cron before 1.5.
            when invalid_parameter_value then
                perform freshet.schedule_refresh_worker(worker, '* * * * *');
        end;
    end loop;
end
$$;

revoke all on function freshet.schedule_refresh_workers() from public, anon, authenticated;

comment on function freshet.schedule_refresh_workers() is
    'Schedules and declares the jobs of the refresh queue for this version and mode of pg_cron. Idempotent: call it again after pg_cron was upgraded, or cron.use_background_workers changed.';

select freshet.schedule_refresh_workers();

-- Object: private.detect_scheduler()
-- Why: without its scheduler pg_cron runs nothing and writes nothing; with its history switched off it runs unseen; with
--      a history that nobody purges it slows down.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values
    ('scheduler_gone', 'fatal', false, 'The scheduler process of pg_cron does not run: no job starts.'),
    ('history_off', 'error', false, 'pg_cron does not log its runs: nothing that they do is seen.'),
    ('history_bloat', 'warning', false, 'The run history of pg_cron has grown out of bounds.');

create function private.detect_scheduler()
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.detect_scheduler_gone();
    perform private.detect_history_off();
    perform private.detect_history_bloat();
end
$$;
revoke all on function private.detect_scheduler() from public, anon, authenticated;
comment on function private.detect_scheduler() is 'Kinds scheduler_gone, history_off and history_bloat.';

create function private.detect_scheduler_gone()
returns void
language plpgsql
set search_path = ''
as $$
declare
    is_running boolean;
begin
    if not pg_has_role(current_user, 'pg_read_all_stats', 'usage') then
        return;
    end if;

    -- The server starts it again a second after it has died: only one that stays away is gone.
    for attempt in 1..8 loop
        select exists (select from private.cron_backends() as b where b.is_scheduler) into is_running;
        exit when is_running;
        perform pg_sleep(0.5);
        perform pg_stat_clear_snapshot();
    end loop;

    perform private.observe(
        kind => 'scheduler_gone',
        subject => 'pg_cron',
        state => case when is_running then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => case
            when is_running then '{}'
            else jsonb_build_object(
                'message', format(
                    'no process "pg_cron scheduler" for four seconds; pg_cron %s, server up since %s',
                    (select e.extversion from pg_catalog.pg_extension as e where e.extname = 'pg_cron'),
                    pg_postmaster_start_time()
                )
            )
        end
    );
end
$$;
revoke all on function private.detect_scheduler_gone() from public, anon, authenticated;
comment on function private.detect_scheduler_gone() is
    'Kind scheduler_gone: pg_stat_activity shows no scheduler. Takes four seconds to be sure of it.';

create function private.detect_history_off()
returns void
language sql
set search_path = ''
as $$
    -- The view hides a setting that the role may not read, where current_setting() would raise.
    select private.observe(
        kind => 'history_off',
        subject => 'cron.log_run',
        state => case g.setting when 'off' then 'bad' else 'ok' end,
        observed_at => clock_timestamp(),
        evidence => case g.setting when 'off' then jsonb_build_object('message', 'cron.log_run is off') else '{}' end
    )
    from pg_catalog.pg_settings as g
    where g.name = 'cron.log_run';
$$;
revoke all on function private.detect_history_off() from public, anon, authenticated;
comment on function private.detect_history_off() is 'Kind history_off: cron.log_run is off.';

create function private.detect_history_bloat()
returns void
language plpgsql
set search_path = ''
as $$
declare
    -- A hundred jobs that run each minute, for the fortnight that the purge keeps.
    most_rows constant bigint := 2000000;
    most_bytes constant bigint := 2::bigint * 1024 * 1024 * 1024;
    oldest_runid bigint;
    row_estimate bigint;
    byte_count constant bigint := pg_total_relation_size('cron.job_run_details');
begin
    -- Runids are dense but for a crash now and then. A few old rows that no purge takes, open ones, do not count.
    select o.runid into oldest_runid from cron.job_run_details as o order by o.runid offset 100 limit 1;
    select max(d.runid) - oldest_runid into row_estimate from cron.job_run_details as d;

    perform private.observe(
        kind => 'history_bloat',
        subject => 'cron.job_run_details',
        state => case when row_estimate > most_rows or byte_count > most_bytes then 'bad' else 'ok' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'message', format('about %s runs from %s on, %s', row_estimate, oldest_runid, pg_size_pretty(byte_count))
        )
    );
end
$$;
revoke all on function private.detect_history_bloat() from public, anon, authenticated;
comment on function private.detect_history_bloat() is
    'Kind history_bloat: more than 2,000,000 rows or 2 GB of run history.';

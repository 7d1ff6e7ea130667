-- Kind: scheduler_gone
-- Means: the scheduler process of pg_cron does not run.
-- Why: no job starts, and nothing is logged about it.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('scheduler_gone', 'fatal', false, false, 'The scheduler process of pg_cron does not run: no job starts.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    100, 'scheduler_gone',
    'freshet.detect_scheduler_gone()',
    false
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- A job without an owner keeps the scheduler in a crash loop.
    ('scheduler_gone', 'orphan_owner', 'lasting', 1),
    ('scheduler_gone', 'read_only', 'lasting', 1);

create function freshet.detect_scheduler_gone()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    is_running boolean;
begin
    if not pg_has_role(current_user, 'pg_read_all_stats', 'usage') then
        return;
    end if;

    -- The server restarts it a second after it died: only one that stays away is gone. One that dies as often as it is
    -- started never gets two seconds old.
    for attempt in 1..6 loop
        select exists (
            select from freshet.cron_backends() as b
            where b.is_scheduler and b.started_at < clock_timestamp() - interval '2 seconds'
        )
        into is_running;
        exit when is_running;
        perform pg_sleep(0.5);
        perform pg_stat_clear_snapshot();
    end loop;

    perform freshet.observe(
        kind => 'scheduler_gone',
        subject => 'pg_cron',
        state => case when is_running then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => case
            when is_running then '{}'
            else jsonb_build_object(
                'message', format(
                    'no process "pg_cron scheduler" lasted for two of three seconds; pg_cron %s, server up since %s',
                    (select e.extversion from pg_catalog.pg_extension as e where e.extname = 'pg_cron'),
                    pg_postmaster_start_time()
                )
            )
        end
    );
end
$$;

revoke all on function freshet.detect_scheduler_gone() from public, anon, authenticated;

comment on function freshet.detect_scheduler_gone() is
    'Kind scheduler_gone: pg_stat_activity shows no lasting scheduler. Takes three seconds to be sure.';

-- Kind: history_bloat
-- Means: the run history of pg_cron has grown too large.
-- Why: pg_cron has no purge of its own, and Freshet's deletes only its own runs by default (analytics.retention).
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('history_bloat', 'warning', false, false, 'The run history of pg_cron has grown out of bounds.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    120, 'history_bloat',
    'freshet.detect_history_bloat()',
    false
);

create function freshet.detect_history_bloat()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- A hundred jobs that run each minute, for the fortnight that the purge keeps.
    most_rows constant numeric := 2000000;
    most_bytes constant bigint := 2::bigint * 1024 * 1024 * 1024;
    oldest_runid numeric;
    row_estimate numeric;
    byte_count constant bigint := pg_total_relation_size('cron.job_run_details');
begin
    -- Runids are dense except after a crash. A few old rows that no purge deletes, open ones, do not count.
    select o.runid into oldest_runid from cron.job_run_details as o order by o.runid offset 100 limit 1;
    select max(d.runid) - oldest_runid into row_estimate from cron.job_run_details as d;

    perform freshet.observe(
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

revoke all on function freshet.detect_history_bloat() from public, anon, authenticated;

comment on function freshet.detect_history_bloat() is
    'Kind history_bloat: more than 2,000,000 rows or 2 GB of run history.';

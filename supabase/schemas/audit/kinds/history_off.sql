-- Kind: history_off
-- Means: pg_cron does not log its runs.
-- Why: without history the audit sees no run at all.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('history_off', 'error', false, false, 'pg_cron does not log its runs: the audit sees nothing of them.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    110, 'history_off',
    'freshet.detect_history_off()',
    false
);

create function freshet.detect_history_off()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- The view hides a setting that the role may not read; current_setting() would raise.
    select freshet.observe(
        kind => 'history_off',
        subject => 'cron.log_run',
        state => case g.setting when 'off' then 'bad' else 'ok' end,
        observed_at => clock_timestamp(),
        evidence => case g.setting when 'off' then jsonb_build_object('message', 'cron.log_run is off') else '{}' end
    )
    from pg_catalog.pg_settings as g
    where g.name = 'cron.log_run';
$$;

revoke all on function freshet.detect_history_off() from public, anon, authenticated;

comment on function freshet.detect_history_off() is 'Kind history_off: cron.log_run is off.';

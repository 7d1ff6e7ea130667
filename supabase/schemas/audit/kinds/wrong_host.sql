-- Kind: wrong_host
-- Means: a job calls another project than this one.
-- Why: after a clone or a restore a job still calls the project that it came from.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('wrong_host', 'error', false, false, 'A job calls another project than this one.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    235, 'wrong_host',
    'freshet.observe_findings(''wrong_host'', array(select f from freshet.find_wrong_hosts() as f), array(select j.job_name from freshet.known_cron_jobs() as j)) where freshet.is_audit_sighted() and to_regclass(''vault.decrypted_secrets'') is not null',
    false
);

create function freshet.find_wrong_hosts()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with project as (
        select freshet.url_host(s.decrypted_secret) as host
        from vault.decrypted_secrets as s
        where s.name = 'project_url'
    ),
    addresses as (
        -- Other services are the job's own concern: only addresses that look like a project's are compared.
        select j.job_name, j.jobid, j.schedule, freshet.url_host(m.url[1]) as host
        from freshet.known_cron_jobs() as j
        cross join lateral regexp_matches(j.command, 'https?://[^\s''"]+', 'gi') as m (url)
        where m.url[1] ~* '^https?://[^/?#\s]+\.supabase\.(co|in|net)([:/?#]|$)' or m.url[1] ~ '/(functions|rest)/v1/'
    )
    select
        a.job_name,
        jsonb_build_object(
            'job', a.job_name,
            'schedule', min(a.schedule),
            'jobid', min(a.jobid),
            'message', format('job "%s" calls %s, and this project is %s', a.job_name, min(a.host), min(p.host))
        )
    from addresses as a
    join project as p on p.host <> a.host
    group by a.job_name;
$$;

revoke all on function freshet.find_wrong_hosts() from public, anon, authenticated;

comment on function freshet.find_wrong_hosts() is
    'Jobs whose command calls a project that is not the one of Vault''s project_url, as after a clone or a restore.';

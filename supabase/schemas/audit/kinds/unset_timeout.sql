-- Kind: unset_timeout
-- Means: a job refreshes a view without a statement timeout in its command.
-- Why: pg_cron does not apply the timeout of a function, so a refresh could run without end.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('unset_timeout', 'warning', false, false, 'A job refreshes a view without a statement timeout in its command.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    740, 'unset_timeout',
    'freshet.detect_unset_timeout()',
    false
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- How a broken job is written is part of its alert.
    ('unset_timeout', 'failed', 'job', 10),
    ('unset_timeout', 'timed_out', 'job', 10);

create function freshet.detect_unset_timeout()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    subjects text[];
begin
    select coalesce(array_agg(j.job_name), '{}') into subjects
    from freshet.known_cron_jobs() as j
    where j.active
        and j.command ~* 'refresh\s+materialized\s+view|analytics\.refresh_view\('
        and j.command !~* '\mset\s+(local\s+|session\s+)?statement_timeout\M';

    perform freshet.observe(
        kind => 'unset_timeout',
        subject => s.job_name,
        state => 'bad',
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', s.job_name,
            'schedule', freshet.schedule_of_job(s.job_name),
            'message', format(
                'its command sets no statement_timeout, so it has %s',
                coalesce(freshet.time_limit_of_job(s.job_name)::text, 'that of the server')
            )
        )
    )
    from unnest(subjects) as s (job_name)
    order by s.job_name;

    perform freshet.observe('unset_timeout', f.subject, 'ok', clock_timestamp(), '{}')
    from analytics.findings as f
    where f.kind = 'unset_timeout' and f.state = 'bad' and f.subject <> all (subjects);
end
$$;

revoke all on function freshet.detect_unset_timeout() from public, anon, authenticated;

comment on function freshet.detect_unset_timeout() is
    'Kind unset_timeout: a job whose command refreshes a view and sets no statement timeout.';

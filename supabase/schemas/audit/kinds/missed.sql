-- Kind: missed
-- Means: a job was due and did not start.
-- Why: a missed slot leaves no row in the history; only the calendar shows it.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('missed', 'error', false, true, 'A job was due and did not start.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    600, 'missed',
    'freshet.detect_missed($1, $2)',
    true
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- A job without an owner keeps the scheduler in a crash loop.
    ('missed', 'orphan_owner', 'owner', 1),
    ('missed', 'read_only', 'lasting', 1),
    ('missed', 'scheduler_gone', 'lasting', 2),
    ('missed', 'infrastructure', 'struck', 4),
    ('missed', 'history_off', 'lasting', 5),
    ('missed', 'stuck', 'job', 7);

create function freshet.detect_missed(runs freshet.audited_run[], calendar jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    running_since timestamptz;
    known constant text[] := array(select j.job_name from freshet.known_cron_jobs() as j);
begin
    running_since := freshet.note_scheduler_pause(freshet.note_run_starts(runs));
    if calendar is null or 'analytics-cron-audit' <> all (known) then
        return;
    end if;
    perform freshet.watch_slots(calendar);
    if current_setting('cron.log_run', true) = 'off' then
        -- Without rows nothing can be judged; that is a finding of its own.
        update analytics.job_slots set watched_since = clock_timestamp(), missed_slot_at = null, missed_by = null;
    elsif exists (select from pg_catalog.pg_stat_activity as p where p.application_name = 'pg_cron scheduler') then
        -- A missing scheduler is the cause for all of its jobs.
        perform freshet.judge_slots(running_since);
    end if;

    perform freshet.observe_findings(
        'missed',
        array(
            select (
                s.job_name,
                jsonb_build_object(
                    'job', s.job_name,
                    'schedule', s.schedule,
                    'missed_slot_at', s.missed_slot_at,
                    'last_run_at', s.last_run_at,
                    'message', format(
                        'no run of "%s" has started since its slot of %s, %s seconds ago', s.job_name, s.missed_slot_at,
                        extract(epoch from clock_timestamp() - s.missed_slot_at)::bigint
                    )
                )
            )::freshet.audit_finding
            from analytics.job_slots as s
            where s.missed_by = 'job'
            union all
            select (
                'pg_cron',
                jsonb_build_object(
                    'jobs', to_jsonb((array_agg(s.job_name order by s.missed_slot_at, s.job_name))[1:20]),
                    'missed_slot_at', min(s.missed_slot_at),
                    'message', format('%s jobs were not started at their slots while no job was', count(*))
                )
            )::freshet.audit_finding
            from analytics.job_slots as s
            where s.missed_by = 'scheduler'
            having count(*) > 0
        ),
        known || 'pg_cron'::text
    );
end
$$;

revoke all on function freshet.detect_missed(freshet.audited_run[], jsonb) from public, anon, authenticated;

comment on function freshet.detect_missed(freshet.audited_run[], jsonb) is
    'Kind missed: a slot passed without a run. One incident a job, or one for "pg_cron" when no job was started.';

-- Kind: blind
-- Means: the audit does not see its own job or runs.
-- Detector: below, called by freshet.run_audit_pass() before all others.
-- Why: no rows means unknown, never healthy.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('blind', 'fatal', false, false, 'The audit does not see its own job: what it cannot see is unknown, not healthy.');

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- A job without an owner keeps the scheduler in a crash loop.
    ('blind', 'orphan_owner', 'lasting', 1),
    ('blind', 'read_only', 'lasting', 1),
    ('blind', 'scheduler_gone', 'lasting', 2);

create function freshet.detect_blind(read_error text)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    own_job constant text := 'analytics-cron-audit';
    -- Three of its periods.
    patience constant interval := interval '15 minutes';
    unseen_for interval;
    reason text := read_error;
begin
    -- After a pause of the audit itself (a stopped stack, a deployment) it waits for a new run of its own.
    update analytics.audit_state as s
    set canary_seen_at = clock_timestamp()
    where coalesce(s.last_audit_at, '-infinity') < clock_timestamp() - patience;

    select clock_timestamp() - s.canary_seen_at into strict unseen_for from analytics.audit_state as s;

    -- An expression that names cron.job must not be evaluated while the table may be missing.
    if reason is null then
        -- Row security gives another role no rows and no error: seeing nothing does not mean that nothing is wrong.
        if not freshet.is_audit_sighted() then
            reason := format('cron.job has no visible job "%s"', own_job);
        elsif unseen_for > patience then
            reason := format('no run of "%s" was seen for %s seconds', own_job, extract(epoch from unseen_for)::bigint);
        end if;
    end if;

    perform freshet.observe(
        kind => 'blind',
        subject => own_job,
        state => case when reason is null then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object('job', own_job, 'schedule', '*/5 * * * *', 'message', reason)
    );
    return reason;
end
$$;

revoke all on function freshet.detect_blind(text) from public, anon, authenticated;

comment on function freshet.detect_blind(text) is
    'Kind blind: the audit cannot see its own job or its runs. Returns why, or null when it sees them.';

-- Object: analytics.note_failed_audit(), detector of kind audit_failed
-- Why: a pass that fails rolls back everything it found, its error too. The caller records the error in a transaction
--      of its own, where health, an alert and the next pass find it.
create function analytics.note_failed_audit(reason text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    own_job constant text := 'analytics-cron-audit';
    noted_at constant timestamptz := clock_timestamp();
    failures integer;
    is_muted constant boolean := coalesce(
        (select j.muted_until > clock_timestamp() from analytics.scheduled_jobs as j where j.job_name = own_job), false
    );
begin
    perform set_config('lock_timeout', '2s', true);
    update analytics.audit_state as s
    set failed_count = s.failed_count + 1,
        failed_at = noted_at,
        failure = left(reason, 500),
        last_outcome = 'unknown',
        last_reasons = jsonb_build_array('the last audit failed: ' || left(reason, 500))
    returning s.failed_count into failures;

    -- One failure may be momentary. The failed pass cannot announce itself, so this function does.
    if failures < 2 then
        return coalesce((select c.check_ins_not_before > noted_at from analytics.alert_channels as c where c.channel = 'sentry'), false);
    end if;
    begin
        perform freshet.observe(
            kind => 'audit_failed',
            subject => own_job,
            state => 'bad',
            observed_at => noted_at,
            evidence => jsonb_build_object(
                'job', own_job, 'schedule', '*/5 * * * *', 'message', left(reason, 500), 'failed_count', failures
            )
        );
        if not is_muted then
            perform freshet.enqueue_alert(i, 'opened')
            from analytics.incidents as i
            where i.kind = 'audit_failed' and i.closed_at is null and i.announced_at is null;
            update analytics.incidents as i
            set announced_at = noted_at
            where i.kind = 'audit_failed' and i.closed_at is null and i.announced_at is null;
        end if;
    exception
        -- The reason is in the audit's state already, and health reports it.
        when others then
            raise warning 'audit_failed could not be told [%]', sqlstate;
    end;
    return coalesce((select c.check_ins_not_before > noted_at from analytics.alert_channels as c where c.channel = 'sentry'), false);
end
$$;

revoke all on function analytics.note_failed_audit(text) from public, anon, authenticated;

grant execute on function analytics.note_failed_audit(text) to service_role;

comment on function analytics.note_failed_audit(text) is
    'Records that a call''s pass failed, and from the second failure in a row on opens an incident and its alert. Returns whether check-ins are held back. Service role only. Not idempotent: it counts.';

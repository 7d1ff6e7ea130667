-- Object: analytics.audit_pass(dry_run, calendar)
-- Why: findings, incidents, alerts and the watermark move together, in one transaction, or not at all.

create function private.run_audit_pass(calendar jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    started_at constant timestamptz := clock_timestamp();
    runs private.audited_run[];
    new_epoch_reason text;
    blind_reason text;
    reasons jsonb;
    outcome text;
    opened_count bigint;
    closed_count bigint;
    open_count bigint;
    bad_count bigint;
begin
    begin
        new_epoch_reason := private.begin_epoch();
        select array_agg(r order by r.runid) into runs from private.take_runs() as r;
        -- What may be the cause of others comes first.
        perform private.detect_scheduler();
        perform private.detect_declared_state(calendar);
        perform private.detect_restarts(runs);
        perform private.detect_infrastructure(runs);
        perform private.detect_failed(runs);
        perform private.detect_pace(runs);
        perform private.detect_open_runs();
        perform private.detect_missed(runs, calendar);
        perform private.detect_views();
        perform private.detect_history_lost(new_epoch_reason, started_at);
    exception
        -- pg_cron itself is gone or closed to us: that is a finding, not a reason to say nothing.
        when undefined_table or undefined_column or invalid_schema_name or insufficient_privilege then
            blind_reason := format('the run history of pg_cron cannot be read [%s]', sqlstate);
    end;
    perform private.detect_stale();
    perform private.detect_http();
    if blind_reason is null then
        blind_reason := private.detect_blind(null);
    else
        perform private.detect_blind(blind_reason);
    end if;
    perform private.announce_incidents(started_at);

    select
        count(*) filter (where i.opened_at >= started_at and i.kind <> 'storm'),
        count(*) filter (where i.closed_at >= started_at and i.kind <> 'storm'),
        count(*) filter (where i.closed_at is null and i.kind <> 'storm'),
        count(*) filter (where i.closed_at is null and i.kind <> 'storm' and i.severity in ('fatal', 'error'))
    into opened_count, closed_count, open_count, bad_count
    from analytics.incidents as i
    where i.closed_at is null or i.closed_at >= started_at;

    select coalesce(jsonb_agg(o.fingerprint order by o.incident_id), '[]') into reasons
    from (
        select i.fingerprint, i.incident_id
        from analytics.incidents as i
        where i.closed_at is null and i.kind not in ('storm', 'blind') and i.severity in ('fatal', 'error')
        order by i.incident_id
        limit 20
    ) as o;
    if blind_reason is not null then
        reasons := jsonb_build_array('blind: ' || blind_reason) || reasons;
    end if;
    -- A warning wants to be read, not to take the product out of a load balancer.
    outcome := case when blind_reason is not null then 'unknown' when bad_count > 0 then 'bad' else 'ok' end;

    update analytics.audit_state as s
    set pass_count = s.pass_count + 1, last_audit_at = started_at, last_outcome = outcome, last_reasons = reasons;

    return (
        select jsonb_build_object(
            'audited_at', started_at,
            'outcome', outcome,
            'reasons', reasons,
            'epoch', s.epoch,
            'low_runid', s.low_runid,
            'run_count', coalesce(cardinality(runs), 0),
            'opened', opened_count,
            'closed', closed_count,
            'open_incidents', open_count,
            'check_ins_held', (
                select c.check_ins_not_before > clock_timestamp() from analytics.alert_channels as c where c.channel = 'sentry'
            ),
            'alerts', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object('event_id', p.event_id, 'transition', p.transition, 'payload', p.payload)
                        order by p.created_at, p.incident_id
                    ),
                    '[]'
                )
                from (
                    select o.event_id, o.transition, o.payload, o.created_at, o.incident_id
                    from analytics.outbox as o
                    where o.state = 'pending'
                    order by o.created_at, o.incident_id
                    limit 50
                ) as p
            )
        )
        from analytics.audit_state as s
    );
end
$$;
revoke all on function private.run_audit_pass(jsonb) from public, anon, authenticated;
comment on function private.run_audit_pass(jsonb) is 'One pass, without its lock. Call analytics.audit_pass.';

create function analytics.audit_pass(dry_run boolean default false, calendar jsonb default null)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    answer jsonb;
begin
    -- Two auditors at once: the second waits, and then finds nothing new.
    perform set_config('lock_timeout', '10s', true);
    perform pg_advisory_xact_lock(hashtextextended('freshet.audit', 0));
    begin
        answer := private.run_audit_pass(calendar);
        if dry_run then
            raise exception using errcode = 'FRDRY', message = 'dry run';
        end if;
    exception
        -- Rolls back what the pass wrote; the answer is a variable, and stays.
        when sqlstate 'FRDRY' then
            null;
    end;
    return answer;
end
$$;
revoke all on function analytics.audit_pass(boolean, jsonb) from public, anon, authenticated;
grant execute on function analytics.audit_pass(boolean, jsonb) to service_role;
comment on function analytics.audit_pass(boolean, jsonb) is
    'Audits once and answers what it found. Service role only. dry_run: does the same and writes nothing. calendar: the slots computed from analytics.audit_calendar_request(); without it nothing is said of slots. Safe to repeat and to run twice at once.';

-- Object: freshet.run_audit_pass()
-- Why: the order of a pass: read the history, run the detectors, announce, store the result. Each step is contained, so
--      that a failure is reported and the rest is committed.
create function freshet.run_audit_pass(calendar jsonb, called_at timestamptz)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    started_at constant timestamptz := clock_timestamp();
    time_limit constant interval := (
        select nullif(g.setting, '0')::bigint * interval '1 millisecond'
        from pg_catalog.pg_settings as g
        where g.name = 'statement_timeout'
    );
    is_first constant boolean := (select s.judged_since is null from analytics.audit_state as s);
    -- A missing pg_cron is reported as blindness, once, and not by every detector that needs it.
    of_absence constant text[] := array['42P01', '42703', '3F000', '42501', '42883'];
    history record;
    detector analytics.audit_detectors;
    arrears freshet.audited_run[];
    failure jsonb;
    untold text[] := array[]::text[];
    blind_reason text;
    reasons jsonb;
    outcome text;
    opened_count bigint;
    closed_count bigint;
    open_count bigint;
    bad_count bigint;
begin
    select * into history from freshet.read_history(started_at);

    -- A calendar that the caller could not compute is its own finding. Parts that a missing pg_cron left out are
    -- reported as blindness.
    if calendar is not null then
        failure := case
            when calendar ? 'failure' then jsonb_build_object('message', left(calendar ->> 'failure', 2000), 'is_passing', true)
        end;
        perform freshet.note_detector('calendar', failure);
    end if;
    if failure is not null then
        calendar := null;
    end if;

    for detector in select * from analytics.audit_detectors as d order by d.out_of_time_at is not null, not d.was_skipped, d.place loop
        continue when detector.needs_history and history.read_error is not null;
        arrears := (select a.runs from freshet.detector_arrears as a where a.detector = detector.detector);
        if clock_timestamp() > called_at + 0.6 * time_limit then
            failure := jsonb_build_object(
                'sqlstate', '57014', 'message', 'no time was left for it in this pass', 'is_passing', true, 'is_skipped', true
            );
            if detector.call ~ '\$1\y' then
                perform freshet.keep_arrears(detector.detector, arrears || history.runs);
            end if;
        else
            failure := freshet.run_detector(
                detector, arrears, history.runs, calendar, history.new_epoch_reason, started_at,
                called_at + time_limit - interval '0.5 seconds'
            );
        end if;
        continue when history.read_error is not null and failure ->> 'sqlstate' = any (of_absence);
        begin
            perform freshet.note_detector(detector.detector, failure);
        exception
            -- Reported in the result even if it cannot be written.
            when others then
                untold := untold || format('detector_failed:%s', detector.detector);
        end;
    end loop;

    begin
        -- Findings that could be written in this pass, or no longer occurred.
        perform freshet.observe('detector_failed', f.subject, 'ok', clock_timestamp(), f.evidence)
        from analytics.findings as f
        where f.kind = 'detector_failed' and f.subject like '% findings' and f.state <> 'ok' and f.last_observed_at < started_at;
        perform freshet.withdraw_subjects(
            'detector_failed',
            array(select d.detector from analytics.audit_detectors as d) || array['calendar', 'announcement']
            || array(select f.subject from analytics.findings as f where f.kind = 'detector_failed' and f.subject like '% findings')
        );
    exception
        when assert_failure or others then
            untold := untold || format('detector_failed:its own findings [%s]', sqlstate);
    end;

    begin
        blind_reason := freshet.detect_blind(history.read_error);
    exception
        when others then
            blind_reason := coalesce(history.read_error, format('the audit cannot find out whether it sees its own job [%s]', sqlstate));
    end;
    begin
        -- Only now: an incident about failed passes ends with this one.
        if exists (select from analytics.findings as f where f.kind = 'audit_failed' and f.state <> 'ok') then
            perform freshet.observe('audit_failed', 'analytics-cron-audit', 'ok', clock_timestamp(), '{"job": "analytics-cron-audit"}');
        end if;
    exception
        when assert_failure or others then
            untold := untold || format('detector_failed:audit_failed [%s]', sqlstate);
    end;
    begin
        perform freshet.announce_incidents(started_at);
    exception
        -- Findings stay, and the next pass announces them.
        when assert_failure or others then
            untold := untold || format('detector_failed:announcement [%s]', sqlstate);
    end;

    select
        count(*) filter (where i.opened_at >= started_at and i.kind <> 'storm'),
        count(*) filter (where i.closed_at >= started_at and i.kind <> 'storm'),
        count(*) filter (where i.closed_at is null and i.kind <> 'storm'),
        count(*) filter (where i.closed_at is null and i.kind <> 'storm' and i.severity in ('fatal', 'error'))
    into opened_count, closed_count, open_count, bad_count
    from analytics.incidents as i
    where i.closed_at is null or i.closed_at >= started_at;

    select coalesce(jsonb_agg(o.fingerprint order by o.place, o.fingerprint), '[]') into reasons
    from (
        select i.fingerprint, i.incident_id as place
        from analytics.incidents as i
        where i.closed_at is null and i.kind not in ('storm', 'blind') and i.severity in ('fatal', 'error')
        union all
        -- Seen by the first pass, and announced by the next if still so: not healthy until then.
        select f.kind || ':' || f.subject, 0
        from analytics.findings as f
        where is_first and f.kind = 'secret_missing' and f.state = 'unknown'
        union all
        -- A kind that was not looked for is not healthy either. A detector that failed comes before skipped ones.
        select f.kind || ':' || f.subject, case when f.evidence ->> 'is_skipped' = 'true' then 9223372036854775807 else 0 end
        from analytics.findings as f
        where f.kind = 'detector_failed' and f.state = 'unknown'
        union all
        select u.reason, 0 from unnest(untold) as u (reason)
        order by place, fingerprint
        limit 20
    ) as o;
    if blind_reason is not null then
        reasons := jsonb_build_array('blind: ' || blind_reason) || reasons;
    end if;
    -- A warning should be read, and must not take the product out of a load balancer.
    outcome := case
        when blind_reason is not null then 'unknown'
        when bad_count > 0 or jsonb_array_length(reasons) > 0 then 'bad'
        else 'ok'
    end;

    update analytics.audit_state as s
    set pass_count = s.pass_count + 1, last_audit_at = started_at, last_outcome = outcome, last_reasons = reasons,
        failed_count = 0, failure = null,
        batch_size = case
            when clock_timestamp() > called_at + 0.25 * time_limit then s.batch_size
            else least(s.batch_size * 2, 10000)
        end;

    return (
        select jsonb_build_object(
            'audited_at', started_at,
            'outcome', outcome,
            'reasons', reasons,
            'epoch', s.epoch,
            'low_runid', s.low_runid,
            'run_count', history.run_count,
            'has_backlog', history.has_backlog,
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

revoke all on function freshet.run_audit_pass(jsonb, timestamptz) from public, anon, authenticated;

comment on function freshet.run_audit_pass(jsonb, timestamptz) is
    'One pass, without its lock. Call analytics.audit_pass. called_at: when the statement''s time limit began to count.';

-- Object: private.tell(), private.announce_incidents(), private.run_audit_pass() (replaced); row detector_failed:announcement
-- Why: one incident whose telling raised ended the pass, and kept every other one from being told, pass after pass. Each
--      is told in a savepoint; what failed is a finding, told in the same pass, and tried again by the next.

create function private.tell(incident_id bigint, transition text)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    told analytics.incidents;
begin
    select i.* into strict told from analytics.incidents as i where i.incident_id = tell.incident_id;
    -- One that got worse is not over: another incident goes on with it. Nor is one that a group has taken over.
    if transition = 'opened' or (told.resolution <> 'escalated' and told.cause_id is null) then
        told := private.name_members(told, transition);
        -- A group that one incident began goes on in the issue of that one.
        told.fingerprint := coalesce(told.evidence ->> 'issue', told.fingerprint);
        perform private.enqueue_alert(told, transition);
    end if;
    update analytics.incidents as i
    set announced_at = case transition when 'opened' then clock_timestamp() else i.announced_at end,
        recovery_announced_at = case transition when 'recovered' then clock_timestamp() else i.recovery_announced_at end
    where i.incident_id = tell.incident_id;
    return null;
exception
    when assert_failure or others then
        return jsonb_build_object(
            'sqlstate', sqlstate,
            'message', format('%s of %s could not be told: %s', transition, coalesce(told.fingerprint, tell.incident_id::text), left(sqlerrm, 500)),
            'is_passing', private.is_passing(sqlstate)
        );
end
$$;
revoke all on function private.tell(bigint, text) from public, anon, authenticated;
comment on function private.tell(bigint, text) is 'Tells one incident, in a savepoint. Null, or how that failed; then it is as untold as before.';

create or replace function private.announce_incidents(pass_started_at timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    is_first constant boolean := coalesce((select s.judged_since = pass_started_at from analytics.audit_state as s), false);
    news bigint[];
    again bigint[] := array[]::bigint[];
    waiting bigint;
    failure jsonb;
    failures jsonb[] := array[]::jsonb[];
begin
    -- Without causes and groups each is told by itself: more to read, and none is lost.
    begin
        perform private.gather_causes(pass_started_at);
    exception
        when assert_failure or others then
            failures := failures || jsonb_build_object(
                'sqlstate', sqlstate, 'message', 'causes could not be gathered: ' || left(sqlerrm, 500), 'is_passing', private.is_passing(sqlstate)
            );
    end;

    -- One that opened and closed within the pass is news too. One that closed while it was muted stays untold.
    select coalesce(array_agg(i.incident_id order by i.incident_id), '{}') into news
    from analytics.incidents as i
    where i.announced_at is null
        and i.cause_id is null
        and (
            i.closed_at is null
            or i.closed_at >= pass_started_at and not private.waits_a_pass(i.kind)
        )
        and (is_first or i.opened_at < pass_started_at or not private.waits_a_pass(i.kind))
        and not private.is_muted(i);
    begin
        perform private.gather_groups(news, is_first);
        again := private.tell_again();
    exception
        when assert_failure or others then
            failures := failures || jsonb_build_object(
                'sqlstate', sqlstate, 'message', 'groups could not be gathered: ' || left(sqlerrm, 500), 'is_passing', private.is_passing(sqlstate)
            );
    end;

    for waiting in
        select i.incident_id
        from analytics.incidents as i
        where i.announced_at is null
            and i.cause_id is null
            and (i.incident_id = any (news || again) or i.kind = 'storm' and i.closed_at is null)
        order by i.incident_id
    loop
        failure := private.tell(waiting, 'opened');
        failures := case when failure is null then failures else failures || failure end;
    end loop;

    -- What speaks for others is over when all of them are.
    update analytics.incidents as c
    set closed_at = clock_timestamp(), resolution = 'recovered'
    where c.kind = 'storm'
        and c.closed_at is null
        and not exists (select from analytics.incidents as i where i.cause_id = c.incident_id and i.closed_at is null);

    for waiting in
        select i.incident_id
        from analytics.incidents as i
        where i.closed_at is not null
            and i.announced_at is not null
            and i.recovery_announced_at is null
        order by i.incident_id
    loop
        failure := private.tell(waiting, 'recovered');
        failures := case when failure is null then failures else failures || failure end;
    end loop;

    -- The first stands for all. It is told at once: the next pass may fail of the same. When it is itself what cannot be
    -- told, health says it.
    failure := failures[1];
    if cardinality(failures) > 1 then
        failure := failure || jsonb_build_object('message', format('%s; and %s more', failure ->> 'message', cardinality(failures) - 1));
    end if;
    perform private.note_detector('announcement', failure);
    perform private.tell(i.incident_id, 'opened')
    from analytics.incidents as i
    where failure is not null and i.kind = 'detector_failed' and i.subject = 'announcement'
        and i.closed_at is null and i.announced_at is null and i.cause_id is null;
end
$$;
comment on function private.announce_incidents(timestamptz) is
    'Puts news into the outbox: each incident once when it opens and once when it closes, by itself or in the alert of its cause. One that cannot be told is detector_failed:announcement, and waits for the next pass.';

create or replace function private.run_audit_pass(calendar jsonb, called_at timestamptz)
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
    -- pg_cron's absence is told as blindness, once, and not by all that miss it.
    of_absence constant text[] := array['42P01', '42703', '3F000', '42501', '42883'];
    history record;
    detector analytics.audit_detectors;
    arrears private.audited_run[];
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
    select * into history from private.read_history(started_at);

    -- What the caller could not compute is its own finding. What pg_cron's absence left out is told as that.
    if calendar is not null then
        failure := case
            when calendar ? 'failure' then jsonb_build_object('message', left(calendar ->> 'failure', 2000), 'is_passing', true)
        end;
        perform private.note_detector('calendar', failure);
    end if;
    if failure is not null then
        calendar := null;
    end if;

    for detector in select * from analytics.audit_detectors as d order by d.out_of_time_at is not null, not d.was_skipped, d.place loop
        continue when detector.needs_history and history.read_error is not null;
        arrears := (select a.runs from private.detector_arrears as a where a.detector = detector.detector);
        if clock_timestamp() > called_at + 0.6 * time_limit then
            failure := jsonb_build_object(
                'sqlstate', '57014', 'message', 'no time was left for it in this pass', 'is_passing', true, 'is_skipped', true
            );
            if detector.call ~ '\$1\y' then
                perform private.keep_arrears(detector.detector, arrears || history.runs);
            end if;
        else
            failure := private.run_detector(
                detector, arrears, history.runs, calendar, history.new_epoch_reason, started_at,
                called_at + time_limit - interval '0.5 seconds'
            );
        end if;
        continue when history.read_error is not null and failure ->> 'sqlstate' = any (of_absence);
        begin
            perform private.note_detector(detector.detector, failure);
        exception
            -- What cannot even be written down is said all the same.
            when others then
                untold := untold || format('detector_failed:%s', detector.detector);
        end;
    end loop;

    begin
        -- Findings that could be written down in this pass, or were not made any more.
        perform private.observe('detector_failed', f.subject, 'ok', clock_timestamp(), f.evidence)
        from analytics.findings as f
        where f.kind = 'detector_failed' and f.subject like '% findings' and f.state <> 'ok' and f.last_observed_at < started_at;
        perform private.withdraw_subjects(
            'detector_failed',
            array(select d.detector from analytics.audit_detectors as d) || array['calendar', 'announcement']
            || array(select f.subject from analytics.findings as f where f.kind = 'detector_failed' and f.subject like '% findings')
        );
    exception
        when assert_failure or others then
            untold := untold || format('detector_failed:its own findings [%s]', sqlstate);
    end;

    begin
        blind_reason := private.detect_blind(history.read_error);
    exception
        when others then
            blind_reason := coalesce(history.read_error, format('the audit cannot tell whether it sees [%s]', sqlstate));
    end;
    begin
        -- Only now: an incident of passes that failed is over with this one.
        if exists (select from analytics.findings as f where f.kind = 'audit_failed' and f.state <> 'ok') then
            perform private.observe('audit_failed', 'analytics-cron-audit', 'ok', clock_timestamp(), '{"job": "analytics-cron-audit"}');
        end if;
    exception
        when assert_failure or others then
            untold := untold || format('detector_failed:audit_failed [%s]', sqlstate);
    end;
    begin
        perform private.announce_incidents(started_at);
    exception
        -- What was found stays, and the next pass tells it.
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

    select coalesce(jsonb_agg(o.fingerprint order by o.place), '[]') into reasons
    from (
        select i.fingerprint, i.incident_id as place
        from analytics.incidents as i
        where i.closed_at is null and i.kind not in ('storm', 'blind') and i.severity in ('fatal', 'error')
        union all
        -- Seen by the first pass, and told by the next if it is still so: no reason to call it well until then.
        select f.kind || ':' || f.subject, 0
        from analytics.findings as f
        where is_first and f.kind = 'secret_missing' and f.state = 'unknown'
        union all
        -- What was not looked for is not well either.
        select f.kind || ':' || f.subject, 0
        from analytics.findings as f
        where f.kind = 'detector_failed' and f.state = 'unknown'
        union all
        select u.reason, 0 from unnest(untold) as u (reason)
        order by place
        limit 20
    ) as o;
    if blind_reason is not null then
        reasons := jsonb_build_array('blind: ' || blind_reason) || reasons;
    end if;
    -- A warning wants to be read, not to take the product out of a load balancer.
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

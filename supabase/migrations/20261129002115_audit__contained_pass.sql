-- Object: analytics.audit_state.batch_size, failed_count, failed_at, failure; private.skip_backlog(), private.detect_history_bloat(),
--         private.detect_blind() (replaced), private.read_history(), private.run_audit_pass(), analytics.audit_pass() (replaced)
-- Why: a pass ends within the time that the platform gives a statement, whatever is in cron.job and its history, and commits
--      what it found. How much it reads at once follows from how long that took.

alter table analytics.audit_state add column batch_size integer not null default 10000 check (batch_size between 1 and 10000);
alter table analytics.audit_state add column failed_count integer not null default 0;
alter table analytics.audit_state add column failed_at timestamptz;
alter table analytics.audit_state add column failure text;
comment on column analytics.audit_state.batch_size is 'Runs that a pass reads at most: halved when one ran out of time, doubled when one was quick.';
comment on column analytics.audit_state.failed_count is 'Calls of cron-audit in a row whose pass failed; 0 after one that did not.';
comment on column analytics.audit_state.failure is 'Why the last of them failed; null after one that did not.';

create function private.skip_backlog(batch_size integer)
returns void
language sql
set search_path = ''
as $$
    -- Months may lie between the migrations and the first pass. Of a job that is late or open the newest rows tell.
    update analytics.audit_state as s
    set low_runid = greatest(s.low_runid, (select o.runid from cron.job_run_details as o order by o.runid desc offset batch_size limit 1))
    where s.judged_since is null;
$$;
drop function private.skip_backlog();
revoke all on function private.skip_backlog(integer) from public, anon, authenticated;
comment on function private.skip_backlog(integer) is
    'Before the first pass: lets the watermark begin so many runs from the end of the history. Idempotent.';

create or replace function private.detect_history_bloat()
returns void
language plpgsql
set search_path = ''
as $$
declare
    -- A hundred jobs that run each minute, for the fortnight that the purge keeps.
    most_rows constant numeric := 2000000;
    most_bytes constant bigint := 2::bigint * 1024 * 1024 * 1024;
    oldest_runid numeric;
    row_estimate numeric;
    byte_count constant bigint := pg_total_relation_size('cron.job_run_details');
begin
    -- Runids are dense but for a crash now and then. A few old rows that no purge takes, open ones, do not count.
    select o.runid into oldest_runid from cron.job_run_details as o order by o.runid offset 100 limit 1;
    select max(d.runid) - oldest_runid into row_estimate from cron.job_run_details as d;

    perform private.observe(
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

create or replace function private.detect_blind(read_error text)
returns text
language plpgsql
set search_path = ''
as $$
declare
    own_job constant text := 'analytics-cron-audit';
    -- Three of its periods.
    patience constant interval := interval '15 minutes';
    unseen_for interval;
    reason text := read_error;
begin
    -- After a pause of the audit itself (a stopped stack, a deployment) its runs are awaited anew.
    update analytics.audit_state as s
    set canary_seen_at = clock_timestamp()
    where coalesce(s.last_audit_at, '-infinity') < clock_timestamp() - patience;

    select clock_timestamp() - s.canary_seen_at into strict unseen_for from analytics.audit_state as s;

    -- An expression that names cron.job is not even looked at while there may be none.
    if reason is null then
        -- Row security gives another role no rows and no error: seeing nothing is not the same as nothing being wrong.
        if not private.is_audit_sighted() then
            reason := format('cron.job has no visible job "%s"', own_job);
        elsif unseen_for > patience then
            reason := format('no run of "%s" was seen for %s seconds', own_job, extract(epoch from unseen_for)::bigint);
        end if;
    end if;

    perform private.observe(
        kind => 'blind',
        subject => own_job,
        state => case when reason is null then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object('job', own_job, 'schedule', '*/5 * * * *', 'message', reason)
    );
    return reason;
end
$$;

create function private.read_history(
    pass_started_at timestamptz, out runs private.audited_run[], out new_epoch_reason text, out run_count integer,
    out has_backlog boolean, out read_error text
)
language plpgsql
set search_path = ''
as $$
declare
    is_first constant boolean := (select s.judged_since is null from analytics.audit_state as s);
    batch_size constant integer := (select s.batch_size from analytics.audit_state as s);
begin
    new_epoch_reason := private.begin_epoch();
    if new_epoch_reason is not null then
        delete from private.detector_arrears;
    end if;
    perform private.skip_backlog(batch_size);
    -- The first pass begins with all of it; afterwards a backlog is read in batches.
    select array_agg(r order by r.runid) into runs
    from private.take_runs(case when is_first then null else batch_size end) as r;
    run_count := coalesce(cardinality(runs), 0);
    select count(*) = 100 into has_backlog
    from (
        select
        from cron.job_run_details as d
        where d.runid > (select s.low_runid from analytics.audit_state as s)
        limit 100
    ) as waiting;
    if is_first then
        perform private.begin_account(runs, pass_started_at);
        -- Nothing was relied upon yet, so nothing is lost.
        new_epoch_reason := null;
        runs := null;
    end if;
exception
    -- pg_cron itself is gone, closed to us, or says what cannot be read: that is a finding, not a reason to say nothing.
    when assert_failure or others then
        -- Another pass of half the size may get through what this one did not.
        if private.is_passing(sqlstate) then
            raise;
        end if;
        run_count := 0;
        has_backlog := false;
        read_error := format('the run history of pg_cron cannot be read [%s]', sqlstate);
end
$$;
revoke all on function private.read_history(timestamptz) from public, anon, authenticated;
comment on function private.read_history(timestamptz) is
    'Takes the runs that ended, and moves the watermark past them; or says why it could not, and has changed nothing. has_backlog: a hundred or more are left.';

drop function private.run_audit_pass(jsonb);

create function private.run_audit_pass(calendar jsonb, called_at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
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

    perform private.withdraw_subjects(
        'detector_failed', array(select d.detector from analytics.audit_detectors as d) || 'calendar'::text
    );

    begin
        blind_reason := private.detect_blind(history.read_error);
    exception
        when others then
            blind_reason := coalesce(history.read_error, format('the audit cannot tell whether it sees [%s]', sqlstate));
    end;
    -- Only now: an incident of passes that failed is over with this one.
    if exists (select from analytics.findings as f where f.kind = 'audit_failed' and f.state <> 'ok') then
        perform private.observe('audit_failed', 'analytics-cron-audit', 'ok', clock_timestamp(), '{"job": "analytics-cron-audit"}');
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
revoke all on function private.run_audit_pass(jsonb, timestamptz) from public, anon, authenticated;
comment on function private.run_audit_pass(jsonb, timestamptz) is
    'One pass, without its lock. Call analytics.audit_pass. called_at: since when the statement''s time runs.';

create or replace function analytics.audit_pass(dry_run boolean default false, calendar jsonb default null)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    called_at constant timestamptz := clock_timestamp();
    answer jsonb;
begin
    -- Two auditors at once: the second waits a moment, and then finds nothing new; or leaves it to the first. No lock of
    -- anything else is worth more of the statement's time either.
    perform set_config('lock_timeout', '2s', true);
    begin
        perform pg_advisory_xact_lock(hashtextextended('freshet.audit', 0));
    exception
        when lock_not_available then
            return jsonb_build_object('is_busy', true);
    end;
    begin
        answer := private.run_audit_pass(calendar, called_at);
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
comment on function analytics.audit_pass(boolean, jsonb) is
    'Audits once and answers what it found, or {"is_busy": true} while another audit is at it. Service role only. dry_run: does the same and writes nothing. calendar: the slots computed from analytics.audit_calendar_request(); without it nothing is said of slots. Safe to repeat and to run twice at once.';

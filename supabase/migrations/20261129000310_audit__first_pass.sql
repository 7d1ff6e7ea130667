-- Object: private.note_failed_refreshes(), private.detect_failed() (replaced), private.skip_backlog(), private.begin_account(),
--         private.run_audit_pass() (replaced)
-- Why: the first pass takes what is there as its starting point. Runs that have ended go into the ledger and to no detector;
--      runs that are open are followed, but for those that died before.

create function private.note_failed_refreshes(runs private.audited_run[])
returns void
language sql
set search_path = ''
as $$
    insert into analytics.refresh_log (
        view_name, requested_by, started_at, finished_at, outcome, rows_before, version, sqlstate, message, runid
    )
    select
        v.view_name, 'schedule', coalesce(r.started_at, r.ended_at, clock_timestamp()), r.ended_at, 'failed',
        v.row_count, v.version, r.sqlstate, r.message, r.runid
    from unnest(runs) as r
    join analytics.views as v on v.job_name = r.job_name
    where r.status = 'failed'
    order by r.runid;
$$;
revoke all on function private.note_failed_refreshes(private.audited_run[]) from public, anon, authenticated;
comment on function private.note_failed_refreshes(private.audited_run[]) is
    'Writes the ledger rows of failed refreshes: their own transactions took them along. Not idempotent: each run is given once.';

create or replace function private.detect_failed(runs private.audited_run[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.note_failed_refreshes(runs);
    perform private.observe_runs('failed', 'failed', runs);
end
$$;

create function private.skip_backlog()
returns void
language sql
set search_path = ''
as $$
    -- Months may lie between the migrations and the first pass. Of a job that is late or open the newest rows tell.
    update analytics.audit_state as s
    set low_runid = greatest(s.low_runid, (select max(d.runid) - 10000 from cron.job_run_details as d))
    where s.judged_since is null;
$$;
revoke all on function private.skip_backlog() from public, anon, authenticated;
comment on function private.skip_backlog() is 'Before the first pass: lets the watermark begin near the end of the history. Idempotent.';

create function private.begin_account(runs private.audited_run[], pass_started_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.note_failed_refreshes(runs);

    -- Rows that no process will ever end were left by a crash before. One that is being started has no process yet, and
    -- is the newest.
    if pg_has_role(current_user, 'pg_read_all_stats', 'usage') then
        update analytics.open_runs as o
        set given_up_at = clock_timestamp()
        where not private.is_run_alive(o)
            and (
                o.started_at < pass_started_at - interval '1 minute'
                or exists (
                    select
                    from cron.job_run_details as later
                    where later.runid > o.runid and later.start_time < pass_started_at - interval '1 minute'
                )
            );
    end if;

    update analytics.audit_state set judged_since = pass_started_at;
end
$$;
revoke all on function private.begin_account(private.audited_run[], timestamptz) from public, anon, authenticated;
comment on function private.begin_account(private.audited_run[], timestamptz) is
    'The first pass has seen the history: what is in it is known, and judged no more. Once.';

create or replace function private.run_audit_pass(calendar jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    started_at constant timestamptz := clock_timestamp();
    is_first constant boolean := (select s.judged_since is null from analytics.audit_state as s);
    runs private.audited_run[];
    new_epoch_reason text;
    blind_reason text;
    reasons jsonb;
    outcome text;
    opened_count bigint;
    closed_count bigint;
    open_count bigint;
    bad_count bigint;
    run_count bigint;
begin
    begin
        new_epoch_reason := private.begin_epoch();
        perform private.skip_backlog();
        -- The first pass has begun with all of it; afterwards a backlog is read in batches.
        select array_agg(r order by r.runid) into runs
        from private.take_runs(case when is_first then null else 10000 end) as r;
        run_count := coalesce(cardinality(runs), 0);
        if is_first then
            perform private.begin_account(runs, started_at);
            -- Nothing was relied upon yet, so nothing is lost.
            new_epoch_reason := null;
            runs := null;
        end if;
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
    set pass_count = s.pass_count + 1, last_audit_at = started_at, last_outcome = outcome, last_reasons = reasons;

    return (
        select jsonb_build_object(
            'audited_at', started_at,
            'outcome', outcome,
            'reasons', reasons,
            'epoch', s.epoch,
            'low_runid', s.low_runid,
            'run_count', coalesce(run_count, 0),
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

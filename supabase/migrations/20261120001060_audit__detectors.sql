-- Object: private.detect_failed(), private.detect_stale(), private.detect_history_lost(), private.detect_blind()
-- Why: one detector for each kind. Each says how its subjects stand and nothing else; private.observe judges.

create function private.detect_failed(runs private.audited_run[])
returns void
language plpgsql
set search_path = ''
as $$
declare
    streak record;
begin
    -- A failing transaction takes its own ledger row with it, so the ledger hears of it here.
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

    -- Consecutive runs of a job with one outcome are one observation with a weight: a backlog costs by its changes.
    for streak in
        with numbered as (
            select
                r.*,
                row_number() over (partition by r.job_name order by r.runid)
                - row_number() over (partition by r.job_name, r.status order by r.runid) as island
            from unnest(runs) as r
        ),
        streaks as (
            select
                n.job_name, n.status, count(*) as run_count,
                min(coalesce(n.started_at, n.ended_at)) as first_at,
                max(n.runid) as last_runid
            from numbered as n
            group by n.job_name, n.status, n.island
        )
        select s.*, r.sqlstate, r.message, r.started_at, r.ended_at,
            coalesce(
                d.schedule, (select j.schedule from cron.job as j where j.jobname = s.job_name order by j.jobid limit 1)
            ) as schedule
        from streaks as s
        join unnest(runs) as r on r.runid = s.last_runid
        left join analytics.scheduled_jobs as d on d.job_name = s.job_name
        order by s.last_runid
    loop
        -- A job that goes on succeeding is no news, and is most of what there is to read.
        continue when streak.status = 'succeeded' and not exists (
            select
            from analytics.findings as f
            where f.kind = 'failed' and f.subject = streak.job_name
                and (f.state <> 'ok' or exists (
                    select
                    from analytics.incidents as i
                    where i.kind = 'failed' and i.subject = streak.job_name and i.closed_at is null
                ))
        );
        perform private.observe(
            kind => 'failed',
            subject => streak.job_name,
            state => case streak.status when 'failed' then 'bad' else 'ok' end,
            observed_at => coalesce(streak.ended_at, streak.started_at, clock_timestamp()),
            evidence => jsonb_build_object(
                'job', streak.job_name,
                'schedule', streak.schedule,
                'runid', streak.last_runid,
                'sqlstate', streak.sqlstate,
                'message', streak.message,
                'started_at', streak.started_at,
                'ended_at', streak.ended_at
            ),
            weight => streak.run_count,
            seen_since => streak.first_at
        );
    end loop;

    -- An audit that does not even see its own job cannot say that another one is gone.
    if exists (select from cron.job as j where j.jobname = 'analytics-cron-audit') then
        perform private.withdraw_subjects('failed', array(
            select coalesce(j.jobname::text, 'jobid:' || j.jobid) from cron.job as j
            union
            select d.job_name from analytics.scheduled_jobs as d
        ));
    end if;
end
$$;
revoke all on function private.detect_failed(private.audited_run[]) from public, anon, authenticated;
comment on function private.detect_failed(private.audited_run[]) is
    'Kind failed: a job whose last run failed. Also writes the ledger rows of failed refreshes. Not idempotent: each run is given once.';

create function private.detect_stale()
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.observe(
        kind => 'stale',
        subject => v.view_name,
        -- A view gets the time of one objective for its first refresh.
        state => case
            when clock_timestamp() - coalesce(v.verified_at, v.registered_at) > v.stale_after then 'bad' else 'ok'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'view', v.view_name,
            'job', v.job_name,
            'schedule', v.schedule,
            'verified_at', v.verified_at,
            'stale_after_seconds', extract(epoch from v.stale_after)::bigint,
            'age_seconds', extract(epoch from clock_timestamp() - v.verified_at)::bigint,
            'message', case
                when v.verified_at is null then 'never refreshed since it was registered'
                else format(
                    'last verified %s seconds ago, objective %s seconds',
                    extract(epoch from clock_timestamp() - v.verified_at)::bigint,
                    extract(epoch from v.stale_after)::bigint
                )
            end
        )
    )
    from analytics.views as v
    order by v.view_name;

    perform private.withdraw_subjects('stale', array(select v.view_name from analytics.views as v));
end
$$;
revoke all on function private.detect_stale() from public, anon, authenticated;
comment on function private.detect_stale() is 'Kind stale: a view whose rows were not verified within its objective.';

create function private.detect_history_lost(new_epoch_reason text, pass_started_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
    lost_runids bigint[];
    reason text := new_epoch_reason;
begin
    with lost as (
        delete from analytics.open_runs as o where o.last_seen_at < pass_started_at returning o.runid
    )
    select array_agg(l.runid order by l.runid) into lost_runids from lost as l;

    if lost_runids is not null then
        reason := concat_ws('; ', reason, format('%s runs vanished before they ended', cardinality(lost_runids)));
    end if;

    -- A loss is noticed once and is over: what comes after it is read as usual.
    perform private.observe(
        kind => 'history_lost',
        subject => 'cron.job_run_details',
        state => case when reason is null then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object('message', reason, 'lost_runids', to_jsonb(lost_runids[1:20]))
    );
end
$$;
revoke all on function private.detect_history_lost(text, timestamptz) from public, anon, authenticated;
comment on function private.detect_history_lost(text, timestamptz) is
    'Kind history_lost: a new epoch began, or open runs are gone from the history.';

create function private.detect_blind(read_error text)
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

    -- Row security gives another role no rows and no error: seeing nothing is not the same as nothing being wrong.
    if reason is null and not exists (select from cron.job as j where j.jobname = own_job) then
        reason := format('cron.job has no visible job "%s"', own_job);
    elsif reason is null and unseen_for > patience then
        reason := format('no run of "%s" was seen for %s seconds', own_job, extract(epoch from unseen_for)::bigint);
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
revoke all on function private.detect_blind(text) from public, anon, authenticated;
comment on function private.detect_blind(text) is
    'Kind blind: the audit cannot see its own job or its runs. Returns why, or null when it sees.';

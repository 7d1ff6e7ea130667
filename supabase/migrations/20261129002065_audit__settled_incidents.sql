-- Object: private.close_incidents(), private.close_repaired(), private.settle_incidents(), private.observe_runs() (replaced)
-- Why: three ways in which an incident ends without a new bad or good run: it was over within the pass in which it opened;
--      what struck many jobs has long stopped striking; a person repaired it. And two owners' jobs of one name are two jobs.

create function private.close_incidents(incident_ids bigint[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    with closed as (
        update analytics.incidents as i
        set closed_at = case
                when i.announced_at is not null then clock_timestamp()
                -- Muted, or told by its cause: it was over before this pass, and is no news of it.
                else greatest(i.opened_at, s.last_audit_at)
            end,
            resolution = 'recovered',
            closed_in_pass = s.pass_count
        from analytics.audit_state as s
        where i.incident_id in (
            -- A pass that is at it will see the same: a repair waits for none.
            select n.incident_id
            from analytics.incidents as n
            where n.incident_id = any (incident_ids) and n.closed_at is null
            order by n.incident_id
            for update skip locked
        )
        returning i.kind, i.subject, i.evidence ->> 'of_kind' as of_kind
    )
    update analytics.findings as f
    set state = 'ok', since = clock_timestamp(), bad_streak = 0, good_streak = 1, last_observed_at = clock_timestamp()
    from closed as c
    where f.kind in (c.kind, c.of_kind) and f.subject = c.subject and f.state <> 'ok';
$$;
revoke all on function private.close_incidents(bigint[]) from public, anon, authenticated;
comment on function private.close_incidents(bigint[]) is
    'These are over. The next pass tells it. Idempotent.';

create function private.close_repaired()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select private.close_incidents(array(
        select i.incident_id
        from analytics.incidents as i
        join analytics.views as v on v.job_name = i.job_name or v.view_name = i.subject
        where i.closed_at is null
            and (
                i.kind in ('failed', 'timed_out', 'stale', 'unpopulated')
                or i.kind = 'flapping' and i.evidence ->> 'of_kind' in ('failed', 'timed_out', 'stale')
            )
            -- Its schedule's own good runs are counted against the thresholds instead.
            and exists (
                select
                from analytics.refresh_log as l
                where l.view_name = v.view_name
                    and l.requested_by <> 'schedule'
                    and l.outcome in ('refreshed', 'skipped_clean')
                    and l.started_at > i.last_seen_at
            )
    ));
$$;
revoke all on function private.close_repaired() from public, anon, authenticated;
comment on function private.close_repaired() is
    'Closes what a refresh that was asked for has mended since it was last seen: by hand or through the queue. Idempotent.';

create function private.settle_incidents()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select private.close_incidents(array(
        select i.incident_id
        from analytics.incidents as i
        join analytics.findings as f on f.kind = i.kind and f.subject = i.subject
        where i.closed_at is null
            and i.kind <> 'flapping'
            and f.state = 'ok'
            and f.good_streak >= private.recovery_threshold(i.kind, i.evidence)
            and private.may_close(i)
        union all
        select i.incident_id
        from analytics.incidents as i
        join analytics.findings as f on f.kind = i.evidence ->> 'of_kind' and f.subject = i.subject
        where i.closed_at is null
            and i.kind = 'flapping'
            and f.state = 'ok'
            and i.last_seen_at < clock_timestamp() - private.flapping_window(i.evidence) / 2
        union all
        -- A job that is due on Sundays need not have run again: another one has, and nothing was struck for a while.
        select i.incident_id
        from analytics.incidents as i
        cross join lateral (
            select max(s.runid) as runid, max(s.struck_at) as struck_at from analytics.struck_jobs as s where s.kind = i.kind
        ) as last
        where i.closed_at is null
            and last.struck_at < clock_timestamp() - interval '15 minutes'
            and i.last_seen_at < clock_timestamp() - interval '15 minutes'
            and exists (select from analytics.job_pace as p where p.last_success_runid > last.runid)
    ));
    select private.close_repaired();
$$;
revoke all on function private.settle_incidents() from public, anon, authenticated;
comment on function private.settle_incidents() is
    'Closes what is over without a new observation, at the beginning of a pass: what goes wrong again in it was never over. Idempotent.';

create or replace function private.observe_runs(kind text, bad_ending text, runs private.audited_run[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    streak record;
begin
    perform private.settle_incidents();

    for streak in
        with told as (
            -- Runs that ended in another way say nothing about this one.
            select r.* from unnest(runs) as r where r.ending in ('succeeded', bad_ending)
        ),
        numbered as (
            select
                t.*,
                row_number() over (partition by t.job_name order by t.runid)
                - row_number() over (partition by t.job_name, t.ending order by t.runid) as island
            from told as t
        ),
        streaks as (
            select
                n.job_name, n.ending, count(*) as run_count,
                min(coalesce(n.started_at, n.ended_at)) as first_at,
                max(n.runid) as last_runid
            from numbered as n
            group by n.job_name, n.ending, n.island
        )
        select
            s.*, r.sqlstate, r.message, r.started_at, r.ended_at,
            private.schedule_of_job(s.job_name) as schedule
        from streaks as s
        join unnest(runs) as r on r.runid = s.last_runid
        order by s.last_runid
    loop
        -- A job that goes on succeeding is no news, and is most of what there is to read.
        continue when streak.ending = 'succeeded' and not exists (
            select
            from analytics.findings as f
            where f.kind = observe_runs.kind and f.subject = streak.job_name
                and (f.state <> 'ok' or exists (
                    select
                    from analytics.incidents as i
                    where i.kind = observe_runs.kind and i.subject = streak.job_name and i.closed_at is null
                ))
        );
        perform private.observe(
            kind => observe_runs.kind,
            subject => streak.job_name,
            state => case streak.ending when 'succeeded' then 'ok' else 'bad' end,
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

    if private.is_audit_sighted() then
        perform private.withdraw_subjects(kind, array(
            select j.job_name from private.known_cron_jobs() as j
            union
            select d.job_name from analytics.scheduled_jobs as d
        ));
    end if;
end
$$;
comment on function private.observe_runs(text, text, private.audited_run[]) is
    'Observes a kind whose bad runs have one ending and whose good ones succeeded, for each job. Not idempotent: each run is given once.';

-- Kind: lock_wait
-- Means: sessions wait for a lock on a view, or a session holds one for too long.
-- Why: readers hang behind it, and refreshes are skipped as busy without a failure.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('lock_wait', 'warning', false, true, 'Sessions wait for a lock on a view, or one holds it for too long.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    730, 'lock_wait',
    'freshet.detect_lock_wait()',
    false
);

create function freshet.detect_lock_wait()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Scheduled refreshes give up after 5 seconds.
    patience constant interval := interval '30 seconds';
begin
    if not pg_has_role(current_user, 'pg_read_all_stats', 'usage') then
        return;
    end if;

    perform freshet.observe(
        kind => 'lock_wait',
        subject => v.view_name,
        state => case when w.waiting_pid is null and h.pid is null and r.pid is null then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => case
            when w.waiting_pid is null and h.pid is null and r.pid is null then '{}'
            else jsonb_build_object(
                'view', v.view_name,
                'job', v.job_name,
                'schedule', v.schedule,
                'pid', coalesce(w.blocking_pid, h.pid, r.pid),
                'message', case
                    when w.waiting_pid is not null then format(
                        'process %s has waited %s seconds for %s; process %s holds the lock',
                        w.waiting_pid, w.waited_seconds, w.mode, coalesce(w.blocking_pid::text, 'unknown')
                    )
                    when h.pid is not null then format('process %s has held %s for %s seconds', h.pid, h.mode, h.held_seconds)
                    else format(
                        'process %s of role "%s" has held the advisory lock of its refreshes for %s seconds: each is skipped as busy',
                        r.pid, r.role_name, r.held_seconds
                    )
                end
            )
        end
    )
    from analytics.views as v
    left join lateral (
        select
            l.pid as waiting_pid, l.mode, (pg_blocking_pids(l.pid))[1] as blocking_pid,
            extract(epoch from clock_timestamp() - l.waitstart)::bigint as waited_seconds
        from pg_catalog.pg_locks as l
        where l.relation = to_regclass(format('analytics.%I', v.view_name))
            and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
            and not l.granted
            and l.waitstart < clock_timestamp() - patience
        order by l.waitstart
        limit 1
    ) as w on true
    left join lateral (
        select l.pid, l.mode, extract(epoch from clock_timestamp() - a.xact_start)::bigint as held_seconds
        from pg_catalog.pg_locks as l
        join pg_catalog.pg_stat_activity as a on a.pid = l.pid
        where l.relation = to_regclass(format('analytics.%I', v.view_name))
            and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
            and l.granted
            and l.mode in ('ExclusiveLock', 'AccessExclusiveLock')
            and a.xact_start < clock_timestamp() - v.statement_timeout
        order by a.xact_start
        limit 1
    ) as h on true
    left join (
        select distinct on (k.view_name)
            k.view_name, k.pid, k.role_name, k.held_since,
            extract(epoch from clock_timestamp() - k.held_since)::bigint as held_seconds
        from freshet.refresh_lock_holders() as k
        order by k.view_name, k.held_since
    ) as r on r.view_name = v.view_name and r.held_since < clock_timestamp() - v.statement_timeout
    order by v.view_name;

    perform freshet.withdraw_subjects('lock_wait', array(select v.view_name from analytics.views as v));
end
$$;

revoke all on function freshet.detect_lock_wait() from public, anon, authenticated;

comment on function freshet.detect_lock_wait() is
    'Kind lock_wait: a session has waited over 30 seconds for a view, or has locked it, or its refreshes, for longer than its refresh may take.';

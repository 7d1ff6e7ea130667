-- Kind: zombie
-- Means: a run that has not ended has no process any more.
-- Why: its row stays open for ever, and pg_cron says nothing.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('zombie', 'warning', false, false, 'A run that has not ended has no process any more: it was lost.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    500, 'zombie',
    'freshet.detect_zombies() where pg_has_role(current_user, ''pg_read_all_stats'', ''usage'')',
    true
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- A job without an owner keeps the scheduler in a crash loop.
    ('zombie', 'orphan_owner', 'lasting', 1),
    ('zombie', 'restarted', 'once', 3);

create function freshet.detect_zombies()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- pg_cron gives a run 10 seconds to connect; until then it has no process either.
    patience constant interval := interval '2 minutes';
    dead record;
begin
    for dead in
        with given_up as (
            update analytics.open_runs as o
            set given_up_at = clock_timestamp()
            where o.given_up_at is null
                and o.first_seen_at < clock_timestamp() - patience
                and coalesce(o.started_at, o.first_seen_at) < clock_timestamp() - patience
                and not freshet.is_run_alive(o)
            returning o.*
        )
        select
            g.job_name, count(*) as run_count, max(g.runid) as runid, min(coalesce(g.started_at, g.first_seen_at)) as since,
            (array_agg(g.status order by g.runid desc))[1] as status,
            (array_agg(g.job_pid order by g.runid desc))[1] as job_pid
        from given_up as g
        group by g.job_name
        order by g.job_name
    loop
        perform freshet.observe(
            kind => 'zombie',
            subject => dead.job_name,
            state => 'bad',
            observed_at => clock_timestamp(),
            evidence => jsonb_build_object(
                'job', dead.job_name,
                'schedule', freshet.schedule_of_job(dead.job_name),
                'runid', dead.runid,
                'started_at', dead.since,
                'message', format(
                    'the run is "%s" since %s, and process %s is gone', dead.status, dead.since,
                    coalesce(dead.job_pid::text, 'of its connection')
                )
            ),
            weight => dead.run_count,
            seen_since => dead.since
        );
    end loop;

    -- A later run of the job shows that it continues; the dead one has been reported by then, and is not looked at
    -- again.
    delete from analytics.open_runs as o
    where o.given_up_at is not null
        and (
            exists (select from analytics.job_pace as p where p.job_name = o.job_name and p.last_runid > o.runid)
            or exists (
                select from analytics.open_runs as n
                where n.job_name = o.job_name and n.epoch = o.epoch and n.runid > o.runid and n.given_up_at is null
            )
        );

    perform freshet.observe('zombie', f.subject, 'ok', clock_timestamp(), '{}')
    from analytics.findings as f
    where f.kind = 'zombie'
        and f.state = 'bad'
        and not exists (select from analytics.open_runs as o where o.job_name = f.subject and o.given_up_at is not null);
end
$$;

revoke all on function freshet.detect_zombies() from public, anon, authenticated;

comment on function freshet.detect_zombies() is
    'Kind zombie: an open run without a process, reported once each; over when the job runs again or a person ends its row.';

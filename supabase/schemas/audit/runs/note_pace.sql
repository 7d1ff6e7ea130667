-- Object: freshet.note_pace()
-- Why: keeps for each job what its next runs are compared with; see analytics.job_pace. Its row in audit_detectors
--      comes before the detectors of kinds pile_up, near_timeout and too_fast, which read it.
create function freshet.note_pace(runs freshet.audited_run[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    with taken as (
        select r.job_name, r.runid, r.started_at, r.ended_at, r.ending, false as is_known from unnest(runs) as r
        union all
        -- The run that the first of these is compared with.
        select p.job_name, p.last_runid, p.last_started_at, p.last_ended_at, null, true
        from analytics.job_pace as p
        where p.job_name in (select r.job_name from unnest(runs) as r)
    ),
    jobs as materialized (
        select n.job_name, freshet.seconds_of_schedule(freshet.schedule_of_job(n.job_name)) as period_seconds
        from (select distinct r.job_name from unnest(runs) as r) as n
    ),
    compared as (
        select
            t.job_name, t.runid, t.started_at, t.ended_at, t.ending, t.is_known,
            -- Only a run that lasted into the next slot makes the next one wait. A run that began before the last known
            -- one is not new.
            coalesce(
                t.started_at between lag(t.ended_at) over w - interval '1 second' and lag(t.ended_at) over w + interval '2 seconds'
                and extract(epoch from lag(t.ended_at) over w - lag(t.started_at) over w) >= 0.8 * j.period_seconds
                and coalesce(t.runid > max(t.runid) filter (where t.is_known) over (partition by t.job_name), true),
                false
            ) as is_queued
        from taken as t
        join jobs as j on j.job_name = t.job_name
        window w as (partition by t.job_name order by t.runid, t.is_known desc)
    ),
    placed as (
        select
            c.*,
            max(c.runid) filter (where not c.is_queued and not c.is_known) over (partition by c.job_name) as last_prompt_runid
        from compared as c
    ),
    summed as (
        select
            p.job_name,
            max(p.runid) as last_runid,
            (array_agg(p.started_at order by p.runid desc))[1] as last_started_at,
            (array_agg(p.ended_at order by p.runid desc))[1] as last_ended_at,
            max(p.runid) filter (where p.ending = 'succeeded') as last_success_runid,
            max(p.started_at) filter (where p.ending = 'succeeded') as last_success_started_at,
            count(*) filter (where coalesce(p.runid > p.last_prompt_runid, true)) as queued_count,
            bool_and(p.last_prompt_runid is null) as is_queued_throughout,
            coalesce(
                array_agg(extract(epoch from p.ended_at - p.started_at) order by p.runid)
                    filter (where p.ending = 'succeeded' and p.ended_at - p.started_at is not null),
                '{}'
            ) as seconds
        from placed as p
        where not p.is_known
        group by p.job_name
    )
    insert into analytics.job_pace as p (
        job_name, last_runid, last_started_at, last_ended_at, last_success_runid, last_success_started_at, queued_count,
        recent_seconds
    )
    select
        s.job_name, s.last_runid, s.last_started_at, s.last_ended_at, s.last_success_runid, s.last_success_started_at,
        s.queued_count + case when s.is_queued_throughout then coalesce(b.queued_count, 0) else 0 end,
        s.seconds[greatest(1, cardinality(s.seconds) - 19):]
    from summed as s
    left join analytics.job_pace as b on b.job_name = s.job_name
    on conflict on constraint job_pace_pkey do update
    set last_runid = greatest(p.last_runid, excluded.last_runid),
        last_started_at = case when excluded.last_runid > p.last_runid then excluded.last_started_at else p.last_started_at end,
        last_ended_at = case when excluded.last_runid > p.last_runid then excluded.last_ended_at else p.last_ended_at end,
        last_success_runid = greatest(p.last_success_runid, excluded.last_success_runid),
        last_success_started_at = greatest(p.last_success_started_at, excluded.last_success_started_at),
        queued_count = excluded.queued_count,
        recent_seconds = (p.recent_seconds || excluded.recent_seconds)[
            greatest(1, cardinality(p.recent_seconds || excluded.recent_seconds) - 19):
        ];

    delete from analytics.job_pace as p
    where freshet.is_audit_sighted()
        and not exists (select from freshet.known_cron_jobs() as j where j.job_name = p.job_name);
$$;

revoke all on function freshet.note_pace(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.note_pace(freshet.audited_run[]) is
    'Keeps the figures that the next runs of each job are compared with. Not idempotent: each run is given once.';

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    400, 'pace',
    'freshet.note_pace($1)',
    true
);

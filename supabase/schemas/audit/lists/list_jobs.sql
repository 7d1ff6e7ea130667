-- Object: analytics.list_jobs()
-- Serves: /analytics/ops/jobs
-- Why: declared and scheduled jobs side by side, with their last runs and open incidents. Commands are not returned:
--      those of other owners hold keys. A page begins after a name, and a name that holds a secret must not be in a
--      cursor. Such a name is replaced by its SHA-256; if that job is gone meanwhile the list begins again, so that no
--      job is skipped.
create function analytics.list_jobs(job text default null, after_job text default null, page_size integer default 50)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    with scheduled as (
        -- Under the audit's name. A job that exists twice is shown by its oldest row, with the count.
        select distinct on (c.job_name)
            c.job_name, count(*) over (partition by c.job_name) as scheduled_count,
            c.jobid, c.schedule, c.command, c.active, c.owner as username, c.database
        from freshet.known_cron_jobs() as c
        order by c.job_name, c.jobid
    ),
    place as (
        select case
            when after_job like 'sha256:%' then (
                select n.job_name
                from (select c.job_name from scheduled as c union select d.job_name from analytics.scheduled_jobs as d) as n
                where 'sha256:' || encode(sha256(convert_to(n.job_name, 'UTF8')), 'hex') = after_job
            )
            else after_job
        end as name
    ),
    matching as (
        select
            coalesce(d.job_name, s.job_name) as name,
            s.jobid,
            coalesce(s.scheduled_count, 0) as scheduled_count,
            coalesce(s.active, false) as is_active,
            d.job_name is not null as is_declared,
            coalesce(
                d.schedule = s.schedule
                and d.command_fingerprint = freshet.command_fingerprint(s.command)
                and d.owner = s.username
                and d.database = s.database,
                false
            ) as is_as_declared,
            coalesce(s.schedule, d.schedule) as schedule,
            coalesce(s.username, d.owner) as owner,
            coalesce(s.database, d.database) as database,
            d.late_after, d.max_runtime, d.failure_threshold, d.recovery_threshold, d.severity, d.muted_until, d.paused_until, d.declared_at
        from analytics.scheduled_jobs as d
        full join scheduled as s on s.job_name = d.job_name
        where (list_jobs.job is null or coalesce(d.job_name, s.job_name) = list_jobs.job)
            and coalesce(coalesce(d.job_name, s.job_name) collate "C" > (select p.name from place as p) collate "C", true)
        order by coalesce(d.job_name, s.job_name) collate "C"
        limit page_size + 1
    ),
    page as (
        select m.* from matching as m order by m.name collate "C" limit page_size
    ),
    recent as materialized (
        -- The only index of the history is on runid; runs older than this window are not worth a scan.
        select r.*
        from (
            select
                d.jobid, d.runid, d.status, d.start_time, d.end_time,
                row_number() over (partition by d.jobid order by d.runid desc) as place
            from (
                select h.jobid, h.runid, h.status, h.start_time, h.end_time
                from cron.job_run_details as h
                order by h.runid desc
                limit 20000
            ) as d
            where d.jobid = any (array(select p.jobid from page as p))
        ) as r
        where r.place <= 30
    ),
    runs as (
        select
            n.jobid,
            max(n.runid) as last_runid,
            jsonb_agg(
                jsonb_build_object('runid', n.runid, 'status', n.status, 'started_at', n.started_at, 'duration_ms', n.ms)
                order by n.runid desc
            ) as marks,
            percentile_disc(0.5) within group (order by n.ms) filter (where n.status = 'succeeded') as p50_ms,
            percentile_disc(0.95) within group (order by n.ms) filter (where n.status = 'succeeded') as p95_ms
        from (
            select
                r.jobid, r.runid, r.status, freshet.run_time(r.start_time) as started_at,
                (extract(epoch from freshet.run_time(r.end_time) - freshet.run_time(r.start_time)) * 1000)::bigint as ms
            from recent as r
        ) as n
        group by n.jobid
    )
    select jsonb_build_object(
        'rows', coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'job', p.name,
                    'jobid', p.jobid,
                    'view', v.view_name,
                    'is_declared', p.is_declared,
                    'scheduled_count', p.scheduled_count,
                    'is_active', p.is_active,
                    'is_as_declared', p.is_as_declared,
                    'schedule', p.schedule,
                    'owner', p.owner,
                    'database', p.database,
                    'late_after_seconds', extract(epoch from p.late_after)::bigint,
                    'max_runtime_seconds', extract(epoch from p.max_runtime)::bigint,
                    'failure_threshold', p.failure_threshold,
                    'recovery_threshold', p.recovery_threshold,
                    'severity', p.severity,
                    'muted_until', case when p.muted_until > now() then p.muted_until end,
                    -- Until another moment than the action says: muted by SQL since.
                    'mute', (
                        select jsonb_build_object(
                            'action_id', a.action_id,
                            'acted_at', a.acted_at,
                            'operator_kind', a.operator_kind,
                            'operator_id', a.operator_id,
                            'reason', a.reason
                        )
                        from analytics.operator_actions as a
                        where a.subject = p.name and a.action = 'mute' and a.muted_until = p.muted_until and p.muted_until > now()
                        order by a.action_id desc
                        limit 1
                    ),
                    'paused_until', case when p.paused_until > now() then p.paused_until end,
                    'declared_at', p.declared_at,
                    'next_slot_at', freshet.next_slot_after(w.next_slot_at, w.schedule, w.period, now()),
                    'missed_slot_at', w.missed_slot_at,
                    'last_run', case when r.runid is not null then jsonb_build_object(
                        'runid', r.runid,
                        'status', r.status,
                        'message', nullif(btrim(left(r.return_message, 4000), E' \t\r\n'), ''),
                        'started_at', freshet.run_time(r.start_time),
                        'ended_at', freshet.run_time(r.end_time)
                    ) end,
                    'recent_runs', coalesce(g.marks, '[]'),
                    'p50_ms', g.p50_ms,
                    'p95_ms', g.p95_ms,
                    'open_incidents', (
                        select coalesce(
                            jsonb_agg(
                                jsonb_build_object(
                                    'incident_id', i.incident_id,
                                    'kind', i.kind,
                                    'severity', i.severity,
                                    'opened_at', i.opened_at
                                )
                                order by i.incident_id
                            ),
                            '[]'
                        )
                        from analytics.incidents as i
                        where i.closed_at is null and i.job_name = p.name
                    )
                )
                order by p.name collate "C"
            ),
            '[]'
        ),
        'next_cursor', case when (select count(*) from matching) > page_size then max(p.name collate "C") end
    )
    from page as p
    left join analytics.views as v on v.job_name = p.name
    left join analytics.job_slots as w on w.job_name = p.name
    left join runs as g on g.jobid = p.jobid
    left join cron.job_run_details as r on r.runid = g.last_runid;
$$;

revoke all on function analytics.list_jobs(text, text, integer) from public, anon, authenticated;

grant execute on function analytics.list_jobs(text, text, integer) to service_role;

comment on function analytics.list_jobs(text, text, integer) is
    'A page of jobs, declared or scheduled, by name, above after_job (a name, or sha256: and the name''s SHA-256), with the last 30 runs among the newest 20,000. Service role only. Messages and names are unscrubbed.';

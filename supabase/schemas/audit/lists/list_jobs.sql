-- Object: analytics.list_jobs()
-- Serves: /analytics/ops/jobs
-- Why: declared and scheduled jobs side by side, with their last run and open incidents. Commands are not returned:
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
    last_runs as (
        -- The only index of the history is on runid; runs older than this window are not worth a scan.
        select distinct on (r.jobid) r.jobid, r.runid, r.status, r.return_message, r.start_time, r.end_time
        from cron.job_run_details as r
        where r.runid > (select coalesce(max(m.runid), 0) - 20000 from cron.job_run_details as m)
        order by r.jobid, r.runid desc
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
    left join last_runs as r on r.jobid = p.jobid;
$$;

revoke all on function analytics.list_jobs(text, text, integer) from public, anon, authenticated;

grant execute on function analytics.list_jobs(text, text, integer) to service_role;

comment on function analytics.list_jobs(text, text, integer) is
    'A page of jobs, declared or scheduled, by name, above after_job (a name, or sha256: and the name''s SHA-256), with the last run among the newest 20,000. Service role only. Messages and names are unscrubbed.';

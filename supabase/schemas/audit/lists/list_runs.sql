-- Object: analytics.list_runs()
-- Serves: /analytics/ops/runs
-- Why: the history newest first, by runid, its only index. A page reads a bounded window, so that a rare job does not
--      cost a scan of everything: a short or empty page with a next_cursor means that older rows follow.
create function analytics.list_runs(
    job text default null,
    status text default null,
    before_runid bigint default null,
    page_size integer default 50,
    window_size integer default 20000
)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    with names as (
        select j.jobid, j.job_name from freshet.known_cron_jobs() as j
        union all
        -- Runs outlive their job: the audit keeps its name.
        select k.jobid, k.job_name
        from analytics.known_jobs as k
        join analytics.audit_state as s on s.epoch = k.epoch
        where not exists (select from cron.job as j where j.jobid = k.jobid)
    ),
    -- Read in index order, and no further than the page needs: names are joined afterwards.
    matching as (
        select r.*
        from (
            select d.runid, d.jobid, d.status, d.return_message, d.start_time, d.end_time
            from cron.job_run_details as d
            where before_runid is null or d.runid < before_runid
            order by d.runid desc
            limit window_size
        ) as r
        where (list_runs.status is null or r.status = list_runs.status)
            and (
                case
                    when list_runs.job is null
                        then r.status <> 'succeeded' or r.jobid <> all (array(
                            select n.jobid
                            from names as n
                            join analytics.scheduled_jobs as w on w.job_name = n.job_name
                            where w.is_worker
                        ))
                    else r.jobid = any (array(select n.jobid from names as n where n.job_name = list_runs.job))
                        or 'jobid:' || r.jobid = list_runs.job
                end
            )
        order by r.runid desc
        limit page_size + 1
    ),
    page as (
        select
            m.runid, m.jobid, m.status, m.return_message,
            freshet.run_time(m.start_time) as start_time, freshet.run_time(m.end_time) as end_time,
            coalesce((select n.job_name from names as n where n.jobid = m.jobid limit 1), 'jobid:' || m.jobid) as job_name
        from matching as m
        order by m.runid desc
        limit page_size
    )
    select jsonb_build_object(
        'rows', coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'runid', p.runid,
                    'job', p.job_name,
                    'status', p.status,
                    'started_at', p.start_time,
                    'ended_at', p.end_time,
                    'duration_ms', (extract(epoch from p.end_time - p.start_time) * 1000)::bigint,
                    'message', nullif(btrim(left(p.return_message, 4000), E' \t\r\n'), '')
                )
                order by p.runid desc
            ),
            '[]'
        ),
        'next_cursor', case
            when (select count(*) from matching) > page_size then min(p.runid)::text
            else (
                select min(w.runid)::text
                from (
                    select d.runid
                    from cron.job_run_details as d
                    where before_runid is null or d.runid < before_runid
                    order by d.runid desc
                    limit window_size
                ) as w
                having count(*) = window_size
            )
        end
    )
    from page as p;
$$;

revoke all on function analytics.list_runs(text, text, bigint, integer, integer) from public, anon, authenticated;

grant execute on function analytics.list_runs(text, text, bigint, integer, integer) to service_role;

comment on function analytics.list_runs(text, text, bigint, integer, integer) is
    'A page of pg_cron''s history, newest first, below before_runid; reads at most window_size runs. Succeeded runs of workers are left out where no job is named. Service role only. Messages are unscrubbed.';

-- Object: analytics.scheduled_jobs.is_worker, private.purge_worker_runs(), private.purge_refresh_requests(), and private.purge_history(),
--         private.detect_pile_up(), analytics.list_runs() (replaced)
-- Why: a job that looks every ten seconds whether something waits leaves 8,640 runs a day, nearly all of which found nothing. They
--      would be most of the history, and every page of it; and that such a job follows itself at once when it has work
--      is no pile-up.

alter table analytics.scheduled_jobs add column is_worker boolean not null default false;
comment on column analytics.scheduled_jobs.is_worker is
    'It looks every few seconds whether something waits: its succeeded runs are kept for an hour and listed only where it is named, and it may run back to back.';

create or replace function private.detect_pile_up(runs private.audited_run[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.observe(
        kind => 'pile_up',
        subject => p.job_name,
        state => case when p.queued_count >= 2 then 'bad' when p.queued_count = 0 then 'ok' else 'unknown' end,
        observed_at => coalesce(p.last_ended_at, clock_timestamp()),
        evidence => jsonb_build_object(
            'job', p.job_name,
            'schedule', private.schedule_of_job(p.job_name),
            'runid', p.last_runid,
            'message', format(
                '%s runs in a row began when the one before them ended; the last took %s seconds', p.queued_count,
                extract(epoch from p.last_ended_at - p.last_started_at)::integer
            )
        )
    )
    from analytics.job_pace as p
    where (
            p.queued_count > 0
            or exists (select from analytics.findings as f where f.kind = 'pile_up' and f.subject = p.job_name and f.state <> 'ok')
        )
        and p.job_name in (select r.job_name from unnest(runs) as r)
        -- A worker that follows itself at once has work.
        and not exists (select from analytics.scheduled_jobs as d where d.job_name = p.job_name and d.is_worker)
    order by p.job_name;

    perform private.withdraw_subjects('pile_up', array(select p.job_name from analytics.job_pace as p));
end
$$;

create or replace function analytics.list_runs(
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
set search_path = ''
as $$
    with names as (
        select j.jobid, coalesce(j.jobname::text, 'jobid:' || j.jobid) as job_name from cron.job as j
        union all
        -- Runs outlive their job: its name is kept by the audit.
        select k.jobid, k.job_name
        from analytics.known_jobs as k
        join analytics.audit_state as s on s.epoch = k.epoch
        where not exists (select from cron.job as j where j.jobid = k.jobid)
    ),
    -- Read in the order of the index, and no further than the page needs: names are joined afterwards.
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
        select m.*, coalesce((select n.job_name from names as n where n.jobid = m.jobid limit 1), 'jobid:' || m.jobid) as job_name
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
comment on function analytics.list_runs(text, text, bigint, integer, integer) is
    'A page of pg_cron''s history, newest first, below before_runid; reads at most window_size runs. Succeeded runs of workers are left out where no job is named. Service role only. Messages are unscrubbed.';

create function private.purge_worker_runs(batch_size integer)
returns bigint
language sql
set search_path = ''
as $$
    with old as (
        select d.runid
        from cron.job_run_details as d
        join cron.job as j on j.jobid = d.jobid
        join analytics.scheduled_jobs as w on w.job_name = j.jobname
        where w.is_worker
            and d.status = 'succeeded'
            and d.end_time < now() - interval '1 hour'
            -- What the audit has not read stays, and the run up to which it has. Its first pass judges no past, so before that
            -- nothing waits to be read.
            and exists (select from analytics.audit_state as s where d.runid < s.low_runid or s.last_audit_at is null)
            and d.runid < (select max(n.runid) from cron.job_run_details as n)
            and not exists (select from analytics.open_runs as o where o.runid = d.runid)
        order by d.runid
        limit batch_size
    ),
    deleted as (
        delete from cron.job_run_details as d using old where d.runid = old.runid returning 1
    )
    select count(*) from deleted;
$$;
revoke all on function private.purge_worker_runs(integer) from public, anon, authenticated;
comment on function private.purge_worker_runs(integer) is
    'Deletes succeeded runs of workers that ended more than an hour ago, at most a batch. Never at or above the watermark of the audit once it has one, never an open run.';

alter table analytics.retention drop constraint retention_history_check;
alter table analytics.retention
add constraint retention_history_check
check (history in ('runs', 'refresh_log', 'refresh_requests', 'http_calls', 'outbox', 'incidents'));
insert into analytics.retention (history, keep_for) values ('refresh_requests', '30 days');
comment on column analytics.retention.history is
    'runs: cron.job_run_details; refresh_log: the ledger; refresh_requests: finished requests; http_calls: settled calls; outbox: delivered alerts; incidents: closed ones.';

create function private.purge_refresh_requests(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = ''
as $$
    with old as (
        select r.id
        from analytics.refresh_requests as r
        where r.finished_at < now() - keep_for
        order by r.finished_at
        limit batch_size
    ),
    deleted as (
        delete from analytics.refresh_requests as r using old where r.id = old.id returning 1
    )
    select count(*) from deleted;
$$;
revoke all on function private.purge_refresh_requests(interval, integer) from public, anon, authenticated;
comment on function private.purge_refresh_requests(interval, integer) is 'Deletes requests that finished long ago, with their views, at most a batch.';

create or replace function private.purge_history()
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    rule analytics.retention;
    deleted jsonb := '{}'::jsonb;
begin
    -- Two at once would only wait for each other's rows.
    if not pg_try_advisory_xact_lock(hashtextextended('freshet.purge', 0)) then
        return deleted;
    end if;
    for rule in
        -- Alerts before the incidents that they are about.
        select r.* from analytics.retention as r order by r.history = 'incidents', r.history
    loop
        deleted := deleted || jsonb_build_object(rule.history, case rule.history
            when 'runs' then private.purge_runs(rule.keep_for, rule.batch_size) + private.purge_worker_runs(rule.batch_size)
            when 'refresh_log' then private.purge_refresh_log(rule.keep_for, rule.batch_size)
            when 'refresh_requests' then private.purge_refresh_requests(rule.keep_for, rule.batch_size)
            when 'http_calls' then private.purge_http_calls(rule.keep_for, rule.batch_size)
            when 'outbox' then private.purge_outbox(rule.keep_for, rule.batch_size)
            when 'incidents' then private.purge_incidents(rule.keep_for, rule.batch_size)
        end);
    end loop;
    return deleted;
end
$$;

-- Object: private.net_answers(), private.place_answers(), private.harvest_responses(), private.get_cron_job_status() (replaced)
-- Why: rows of pg_cron and pg_net may hold a moment that is none ("infinity", a year 9999). An incident of such a moment was
--      never over, and a list with such a run could not be read. What has no moment that can have been is judged by none.

create or replace function private.net_answers(since timestamptz)
returns table (id bigint, created timestamptz, is_ok boolean, outcome text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        r.id, r.created, coalesce(r.status_code between 200 and 299, false),
        case
            when r.status_code is not null then r.status_code::text
            when coalesce(r.timed_out, private.tells_timeout(r.status_code, r.error_msg)) then 'timed out'
            else 'no answer'
        end
    from net._http_response as r
    where r.created > net_answers.since
        -- One of the future is judged when that has come.
        and r.created < clock_timestamp() + interval '1 minute'
        and not exists (
            select
            from analytics.http_calls as c
            where c.request_id = r.id and r.created >= c.queued_at - interval '1 minute'
        )
    order by r.created desc
    -- Database webhooks may make any number of them.
    limit 20000;
$$;

create or replace function private.place_answers(since timestamptz)
returns table (slot timestamptz, suspects text[], failed_count bigint, last_failed_at timestamptz, outcome text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    -- An answer is stamped with the beginning of its batch: after its request was committed, and after the batch before.
    batch constant interval := interval '1 minute';
    skew constant interval := interval '5 seconds';
    has_history constant boolean := coalesce(current_setting('cron.log_run', true), 'on') <> 'off';
begin
    return query
    with answers as materialized (select a.* from private.net_answers(since) as a),

    callers as materialized (
        select distinct t.job_name, t.jobid
        from private.texts_of_jobs('\mnet"?\s*\.\s*"?http_(get|post|delete)"?\s*\(') as t
    ),

    runs as materialized (
        select c.job_name, d.start_time, coalesce(d.end_time, clock_timestamp()) as end_time
        from cron.job_run_details as d
        join callers as c on c.jobid = d.jobid
        where d.runid > (select max(m.runid) - 20000 from cron.job_run_details as m)
            and d.start_time > '2000-01-01'
            -- One without an end is running; one whose end cannot have been would be a suspect for ever.
            and coalesce(d.end_time, clock_timestamp()) between since - batch and clock_timestamp() + interval '1 day'
    ),

    placed as (
        select
            date_trunc('minute', a.created) as slot, a.created, a.is_ok, a.outcome,
            case
                when has_history then array(
                    select distinct r.job_name
                    from runs as r
                    where r.start_time <= a.created + skew and r.end_time >= a.created - batch
                    order by r.job_name
                )
                -- Without a history any of them may have run.
                else array(select distinct c.job_name from callers as c order by c.job_name)
            end as suspects
        from answers as a
    )

    select
        p.slot, p.suspects, count(*) filter (where not p.is_ok), max(p.created) filter (where not p.is_ok),
        (array_agg(p.outcome order by p.created desc, p.outcome) filter (where not p.is_ok))[1]
    from placed as p
    group by p.slot, p.suspects
    order by p.slot, p.suspects;
end
$$;

create or replace function private.harvest_responses()
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Of pg_net, and a little more. After an outage its worker may not have been awake to delete what is older.
    kept_for constant interval := (
        select least(greatest(interval '7 hours', clock_timestamp() - s.last_audit_at + interval '1 hour'), interval '7 days')
        from analytics.audit_state as s
    );
    -- An answer is stamped with the beginning of its batch, which may have begun just before the request was committed.
    skew constant interval := interval '1 minute';
    harvested_count bigint;
begin
    with unharvested as materialized (
        select c.call_id, c.request_id, c.queued_at
        from analytics.http_calls as c
        where c.harvested_at is null
            and c.queued_at > clock_timestamp() - kept_for
            -- A number that was given again after a crash means the newer call.
            and not exists (
                select
                from analytics.http_calls as newer
                where newer.request_id = c.request_id and newer.call_id > c.call_id
            )
    ),
    free as (
        -- What another session is at is left to it: nobody waits here, the audit least of all.
        select c.call_id
        from analytics.http_calls as c
        where c.call_id in (select u.call_id from unharvested as u) and c.harvested_at is null
        for update of c skip locked
    )
    update analytics.http_calls as c
    set status_code = r.status_code,
        is_timed_out = coalesce(r.timed_out, private.tells_timeout(r.status_code, r.error_msg)),
        error = left(r.error_msg, 500),
        answer_code = substring(left(r.content, 4000) from '"code"\s*:\s*"([A-Z][A-Z0-9_]{1,39})"'),
        responded_at = private.run_time(r.created),
        harvested_at = clock_timestamp()
    from free
    join unharvested as u on u.call_id = free.call_id
    join net._http_response as r on r.id = u.request_id and r.created >= u.queued_at - skew
    where c.call_id = u.call_id
        -- Narrows the answers by the one index that they have.
        and r.created >= (select min(oldest.queued_at) - skew from unharvested as oldest);
    get diagnostics harvested_count = row_count;
    return harvested_count;
end
$$;

create or replace function private.get_cron_job_status()
returns table (
    jobid bigint,
    jobname text,
    schedule text,
    command text,
    active boolean,
    last_runid bigint,
    last_status text,
    last_message text,
    last_started_at timestamptz,
    last_finished_at timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.assert_operator();
    return query
    with recent_runs as (
        -- runid is the only index of the history; runs older than this window are not worth a scan.
        select distinct on (d.jobid) d.jobid, d.runid, d.status, d.return_message, d.start_time, d.end_time
        from cron.job_run_details as d
        where d.runid > (select coalesce(max(m.runid), 0) - 20000 from cron.job_run_details as m)
        order by d.jobid, d.runid desc
    )
    select
        j.jobid, private.told_name(j.jobname::text, j.jobid), j.schedule, private.told_command(j.command), j.active,
        r.runid, r.status, private.told_run_message(r.status, r.return_message),
        private.run_time(r.start_time), private.run_time(r.end_time)
    from cron.job as j
    left join recent_runs as r on r.jobid = j.jobid
    order by j.jobname;
end
$$;

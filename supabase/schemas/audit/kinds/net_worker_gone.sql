-- Kind: net_worker_gone
-- Means: pg_net does not send.
-- Detector: below, called by freshet.detect_http() in audit/detectors/.
-- Why: HTTP jobs succeed and nothing leaves the database.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('net_worker_gone', 'fatal', false, false, 'pg_net does not send: HTTP jobs succeed and nothing leaves the database.');

create function freshet.detect_net_worker(read_error text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- A healthy worker takes a request at once, and a batch ends with its slowest request.
    patience constant interval := interval '2 minutes';
    checked_at constant timestamptz := clock_timestamp();
    sees_processes constant boolean := pg_has_role(current_user, 'pg_read_all_stats', 'usage');
    has_worker boolean;
    waiting_count bigint := 0;
    oldest_at timestamptz;
    gone_since timestamptz;
    reason text := read_error;
    state text;
begin
    if read_error is null then
        select count(*), min(c.queued_at) into waiting_count, oldest_at
        from analytics.http_calls as c
        join net.http_request_queue as q on q.id = c.request_id
        where c.harvested_at is null and c.queued_at between checked_at - interval '7 hours' and checked_at - patience;
    end if;

    -- The process is named "pg_net <version>"; to a role that may not look, other roles' processes have no name.
    has_worker := exists (
        select from pg_catalog.pg_stat_activity as a where a.backend_type like 'pg_net%' or a.application_name like 'pg_net%'
    );
    select f.since into gone_since
    from analytics.findings as f
    where f.kind = 'net_worker_gone' and f.subject = 'pg_net' and f.state <> 'ok';

    if reason is null and waiting_count > 0 then
        reason := format(
            '%s requests wait in the queue of pg_net, the oldest since %s; its worker %s',
            waiting_count, oldest_at,
            case when not sees_processes then 'may not be seen by us' when has_worker then 'is there' else 'is gone' end
        );
    elsif reason is null and sees_processes and not has_worker then
        reason := 'pg_net has no worker process';
    end if;

    state := case
        when reason is null then 'ok'
        -- A worker that restarts is away for a few seconds.
        when waiting_count = 0 and read_error is null and coalesce(gone_since, checked_at) > checked_at - patience then 'unknown'
        else 'bad'
    end;
    perform freshet.observe(
        kind => 'net_worker_gone',
        subject => 'pg_net',
        state => state,
        observed_at => checked_at,
        evidence => jsonb_build_object('message', reason, 'waiting_count', waiting_count, 'oldest_at', oldest_at),
        seen_since => least(oldest_at, gone_since)
    );
end
$$;

revoke all on function freshet.detect_net_worker(text) from public, anon, authenticated;

comment on function freshet.detect_net_worker(text) is
    'Kind net_worker_gone: Freshet''s requests stay in the queue, pg_net has no process for over 2 minutes, or it cannot be read (the argument says why).';

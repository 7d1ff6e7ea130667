-- Object: freshet.harvest_responses()
-- Why: pg_net forgets its answers after some hours, and they are evidence of how a call ended. Before August 2025
--      pg_net left timed_out empty and reported a timeout by its message alone (pg_net#180), so both are read:
--      otherwise a function that works on after its caller hung up would be judged before its time is over.
create function freshet.harvest_responses()
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- How long pg_net keeps answers, and a little more: after an outage its worker may not yet have deleted older ones.
    kept_for constant interval := (
        select least(greatest(interval '7 hours', clock_timestamp() - s.last_audit_at + interval '1 hour'), interval '7 days')
        from analytics.audit_state as s
    );
    -- An answer carries the start time of its batch, which may be just before the request was committed.
    skew constant interval := interval '1 minute';
    harvested_count bigint;
begin
    with unharvested as materialized (
        select c.call_id, c.request_id, c.queued_at
        from analytics.http_calls as c
        where c.harvested_at is null
            and c.queued_at > clock_timestamp() - kept_for
            -- A request id that pg_net issued again after a crash belongs to the newer call.
            and not exists (
                select
                from analytics.http_calls as newer
                where newer.request_id = c.request_id and newer.call_id > c.call_id
            )
    ),
    free as (
        -- Rows that another session has locked are left to it: nothing may wait here, least of all the audit.
        select c.call_id
        from analytics.http_calls as c
        where c.call_id in (select u.call_id from unharvested as u) and c.harvested_at is null
        for update of c skip locked
    )
    update analytics.http_calls as c
    set status_code = r.status_code,
        is_timed_out = coalesce(r.timed_out, freshet.tells_timeout(r.status_code, r.error_msg)),
        error = left(r.error_msg, 500),
        answer_code = substring(left(r.content, 4000) from '"code"\s*:\s*"([A-Z][A-Z0-9_]{1,39})"'),
        responded_at = freshet.run_time(r.created),
        harvested_at = clock_timestamp()
    from free
    join unharvested as u on u.call_id = free.call_id
    join net._http_response as r on r.id = u.request_id and r.created >= u.queued_at - skew
    where c.call_id = u.call_id
        -- Narrows the answers by their only index.
        and r.created >= (select min(oldest.queued_at) - skew from unharvested as oldest);
    get diagnostics harvested_count = row_count;
    return harvested_count;
end
$$;

revoke all on function freshet.harvest_responses() from public, anon, authenticated;

comment on function freshet.harvest_responses() is
    'Copies the answers that pg_net holds into the ledger before pg_net forgets them, and returns how many. Idempotent.';

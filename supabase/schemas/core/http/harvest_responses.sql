-- Object: freshet.harvest_responses()
-- Why: an answer is evidence that disappears; a completion that the function wrote itself is the only one that
--      survives a crash of the database. Both are kept, and the outcome of a call is read off them.
--      Before August 2025 pg_net left timed_out empty and told a timeout by its message alone (pg_net#180), so that a function
--      which works on after its caller hung up was judged before the time that it has.
create function freshet.harvest_responses()
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
        is_timed_out = coalesce(r.timed_out, freshet.tells_timeout(r.status_code, r.error_msg)),
        error = left(r.error_msg, 500),
        answer_code = substring(left(r.content, 4000) from '"code"\s*:\s*"([A-Z][A-Z0-9_]{1,39})"'),
        responded_at = freshet.run_time(r.created),
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

revoke all on function freshet.harvest_responses() from public, anon, authenticated;

comment on function freshet.harvest_responses() is
    'Copies the answers that pg_net holds into the ledger, before it forgets them, and returns how many. Idempotent.';

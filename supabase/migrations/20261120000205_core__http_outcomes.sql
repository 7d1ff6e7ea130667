-- Object: private.harvest_responses(), private.settle_calls(), analytics.complete_call(), private.purge_http_calls()
-- Why: an answer is evidence that disappears; a completion that the function wrote itself is the only one that
--      survives a crash of the database. Both are kept, and the outcome of a call is read off them.

create function private.harvest_responses()
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    -- Of pg_net, and a little more.
    kept_for constant interval := interval '7 hours';
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
        is_timed_out = coalesce(r.timed_out, false),
        error = left(r.error_msg, 500),
        answer_code = substring(left(r.content, 4000) from '"code"\s*:\s*"([A-Z][A-Z0-9_]{1,39})"'),
        responded_at = r.created,
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
revoke all on function private.harvest_responses() from public, anon, authenticated;
comment on function private.harvest_responses() is
    'Copies the answers that pg_net holds into the ledger, before it forgets them, and returns how many. Idempotent.';

create function private.settle_calls()
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    settled_count bigint;
begin
    with judged as (
        select
            c.call_id,
            case
                when c.completion is not null then c.completion
                when c.harvested_at is null then null
                when c.status_code between 200 and 299 then case when not c.awaits_completion then 'succeeded' end
                -- One that works on after the caller has hung up may still report.
                when c.is_timed_out and c.awaits_completion then null
                else 'failed'
            end as outcome,
            c.outcome as old_outcome,
            c.deadline_at
        from analytics.http_calls as c
        where c.outcome in ('pending', 'unknown')
            and (c.outcome = 'pending' or c.harvested_at > c.settled_at)
        for update of c skip locked
    ),
    news as (
        select
            j.call_id, j.old_outcome,
            coalesce(j.outcome, case when j.deadline_at < clock_timestamp() then 'unknown' end) as outcome
        from judged as j
    )
    update analytics.http_calls as c
    set outcome = n.outcome, settled_at = clock_timestamp(), is_observed = false
    from news as n
    where c.call_id = n.call_id and n.outcome <> n.old_outcome;
    get diagnostics settled_count = row_count;
    return settled_count;
end
$$;
revoke all on function private.settle_calls() from public, anon, authenticated;
comment on function private.settle_calls() is
    'Reads the outcome of each open call off its answer, its completion or its deadline, and returns how many have one now. Idempotent.';

create function analytics.complete_call(call_id bigint, outcome text, detail text default null)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
    if complete_call.outcome is null or complete_call.outcome not in ('succeeded', 'failed') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('unknown outcome "%s" of call %s', complete_call.outcome, complete_call.call_id),
            hint = 'Known are succeeded and failed.';
    end if;

    -- The first one counts: a function that is called twice for one row reports twice.
    update analytics.http_calls as c
    set completion = complete_call.outcome,
        completion_detail = left(detail, 500),
        completed_at = clock_timestamp(),
        is_observed = c.is_observed and c.outcome = complete_call.outcome,
        outcome = complete_call.outcome,
        settled_at = case when c.outcome = complete_call.outcome then c.settled_at else clock_timestamp() end
    where c.call_id = complete_call.call_id and c.completion is null;
    return found;
end
$$;
revoke all on function analytics.complete_call(bigint, text, text) from public, anon, authenticated;
grant execute on function analytics.complete_call(bigint, text, text) to service_role;
comment on function analytics.complete_call(bigint, text, text) is
    'A function reports how the call with this Freshet-Call-Id ended; outranks the answer. False when it is unknown or reported already. Idempotent. Service role only.';

create function private.purge_http_calls(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = ''
as $$
    with old as (
        select c.call_id
        from (
            select h.call_id, h.queued_at, h.outcome, h.is_observed
            from analytics.http_calls as h
            order by h.call_id
            limit batch_size
        ) as c
        where c.queued_at < now() - keep_for and c.outcome <> 'pending' and c.is_observed
    ),
    deleted as (
        delete from analytics.http_calls as c using old where c.call_id = old.call_id returning 1
    )
    select count(*) from deleted;
$$;
revoke all on function private.purge_http_calls(interval, integer) from public, anon, authenticated;
comment on function private.purge_http_calls(interval, integer) is
    'Deletes old calls that are settled and audited, at most a batch, and returns how many.';

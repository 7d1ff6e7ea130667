-- Object: analytics.complete_call()
-- Why: pg_net's answer disappears; a completion that the function wrote itself is the only evidence that survives a
--      crash of the database. Both are kept, and together they decide the outcome of a call.
create function analytics.complete_call(call_id bigint, outcome text, detail text default null)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if complete_call.outcome is null or complete_call.outcome not in ('succeeded', 'failed') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('unknown outcome "%s" of call %s', complete_call.outcome, complete_call.call_id),
            hint = 'Known are succeeded and failed.';
    end if;

    -- The first report counts: a function that is called twice for one row reports twice.
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
    'A function reports how the call with this Freshet-Call-Id ended; outranks the answer. False when the id is unknown or was reported already. Idempotent. Service role only.';

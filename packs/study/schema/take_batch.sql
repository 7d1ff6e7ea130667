-- Object: freshet.take_batch()
-- Why: with the owner's rights, since clients may write none of these tables. One odd event never refuses the others.
create function freshet.take_batch(events jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    caller constant text := freshet.take_caller();
    headers constant jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
    -- A text that holds the array is read too. In it one event may hold what jsonb cannot (NUL, half of a pair of
    -- surrogates), and is rejected alone.
    is_text constant boolean := jsonb_typeof(events) = 'string';
    bytes constant integer := case
        when is_text then octet_length(events #>> '{}')
        when freshet.has_long_number(events) then pg_column_size(events)
        else octet_length(events::text)
    end;
    list json;
    kind text := jsonb_typeof(events);
    length integer;
    readable jsonb;
    unreadable jsonb;
    results jsonb;
begin
    if bytes > 262144 then
        perform freshet.take_refuse(
            format('the batch has %s bytes, and at most 262144 are accepted', bytes), 'Send it in smaller batches.'
        );
    end if;
    if is_text then
        begin
            list := (events #>> '{}')::json;
        exception
            when data_exception or program_limit_exceeded then
                null;
        end;
        kind := json_typeof(list);
    end if;
    if kind is distinct from 'array' then
        perform freshet.take_refuse(
            format('"events" is %s, and has to be a JSON array of events', coalesce('a JSON ' || kind, 'not JSON')),
            'Call supabase.rpc(''track_batch'', { events: [{ event_id, event_type, session_id, created_at, … }] }).'
        );
    end if;
    length := case when is_text then json_array_length(list) else jsonb_array_length(events) end;
    if length > 500 then
        perform freshet.take_refuse(
            format('the batch has %s events, and at most 500 are accepted', length), 'Send it in smaller batches.'
        );
    end if;

    select r.readable, r.unreadable into readable, unreadable
    from freshet.take_readable(list, case when not is_text then events end) as r;
    perform freshet.take_lock(caller);
    results := freshet.take_halves(
        caller, readable, freshet.network_of_request(), headers ->> 'user-agent',
        (select max(e.erased_at) from freshet.erasures as e where e.user_hash = freshet.user_hash(caller))
    );
    -- The results of those that can be read, with the others in their places.
    select coalesce(jsonb_agg(coalesce(unreadable -> t.place::text, results -> t.number::integer) order by t.place), '[]')
    into results
    from (
        select p.place, count(*) filter (where not unreadable ? p.place::text) over (order by p.place) - 1 as number
        from generate_series(1, length) as p (place)
    ) as t;

    return jsonb_build_object(
        'accepted', (select count(*) from jsonb_array_elements(results) as r where r ->> 'status' = 'accepted'),
        'duplicates', (select count(*) from jsonb_array_elements(results) as r where r ->> 'status' = 'duplicate'),
        'rejected', (select count(*) from jsonb_array_elements(results) as r where r ->> 'status' = 'rejected'),
        'results', results
    );
end
$$;

revoke all on function freshet.take_batch(jsonb) from public, anon;

grant execute on function freshet.take_batch(jsonb) to authenticated, service_role;

comment on function freshet.take_batch(jsonb) is 'Called through public.track_batch and its kin.';

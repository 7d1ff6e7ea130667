-- Object: freshet.take_batch()
-- Why: with the owner's rights, since clients may write none of these tables. One odd event never refuses the others:
--      what the quick way cannot write is taken event by event, each in a savepoint. Only an event's own fault (classes
--      22 and 23) rejects it; anything else, like a full disk, fails the call, and the client sends it again.
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
    network constant cidr := freshet.network_of_request();
    -- A text that holds the array is read too. In it one event may hold what jsonb cannot (NUL, half of a pair of
    -- surrogates), and is rejected alone.
    written constant text := case jsonb_typeof(events) when 'string' then events #>> '{}' else events::text end;
    list json;
    element json;
    event jsonb;
    erased_at timestamptz;
    results jsonb := '[]';
begin
    if octet_length(written) > 262144 then
        perform freshet.take_refuse(
            format('the batch has %s bytes, and at most 262144 are accepted', octet_length(written)), 'Send it in smaller batches.'
        );
    end if;
    begin
        list := written;
    exception
        when data_exception or program_limit_exceeded then
            null;
    end;
    if list is null or json_typeof(list) <> 'array' then
        perform freshet.take_refuse(
            format('"events" is %s, and has to be a JSON array of events', coalesce('a JSON ' || json_typeof(list), 'not JSON')),
            'Call supabase.rpc(''track_batch'', { events: [{ event_id, event_type, session_id, created_at, … }] }).'
        );
    end if;
    if json_array_length(list) > 500 then
        perform freshet.take_refuse(
            format('the batch has %s events, and at most 500 are accepted', json_array_length(list)), 'Send it in smaller batches.'
        );
    end if;

    perform freshet.take_lock(caller);
    select max(e.erased_at) into erased_at from freshet.erasures as e where e.user_hash = freshet.user_hash(caller);
    begin
        results := freshet.take_events(caller, written::jsonb, network, headers ->> 'user-agent', erased_at);
    exception
        when data_exception or integrity_constraint_violation or program_limit_exceeded then
            for element in select e from json_array_elements(list) as e loop
                event := null;
                begin
                    event := element;
                    results := results || freshet.take_events(
                        caller, jsonb_build_array(event), network, headers ->> 'user-agent', erased_at
                    );
                exception
                    when data_exception or integrity_constraint_violation or program_limit_exceeded then
                        results := results || jsonb_build_object(
                            'event_id', event ->> 'event_id',
                            'status', 'rejected',
                            'code', case when event is null then 'unreadable' else 'invalid_value' end,
                            'detail', left(sqlerrm, 200)
                        );
                end;
            end loop;
    end;

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

-- Object: freshet.take_halves()
-- Why: an event that the tables refuse (its topic was deleted this moment, a trigger of the application forbids it) never
--      refuses the others. Halves of a batch find it in a few statements, where one savepoint for each of 500 events
--      would take longer than a call may. Only an event's own fault (classes 22, 23 and 54) rejects it; anything else,
--      like a full disk, fails the call, and the client sends it again.
create function freshet.take_halves(
    user_id text, events jsonb, network cidr, user_agent text, erased_at timestamptz
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    half constant integer := jsonb_array_length(events) / 2;
begin
    return freshet.take_events(user_id, events, network, user_agent, erased_at);
exception
    when data_exception or integrity_constraint_violation or program_limit_exceeded then
        if half = 0 then
            return jsonb_build_array(
                jsonb_build_object(
                    'event_id', events -> 0 -> 'event_id', 'status', 'rejected', 'code', 'invalid_value', 'detail', left(sqlerrm, 200)
                )
            );
        end if;
        -- In order, so that of two deliveries of one event the first counts.
        return freshet.take_halves(
            user_id, jsonb_path_query_array(events, '$[0 to $end]', jsonb_build_object('end', half - 1)), network, user_agent, erased_at
        ) || freshet.take_halves(
            user_id, jsonb_path_query_array(events, '$[$start to last]', jsonb_build_object('start', half)), network, user_agent, erased_at
        );
end
$$;

revoke all on function freshet.take_halves(text, jsonb, cidr, text, timestamptz) from public, anon, authenticated, service_role;

comment on function freshet.take_halves(text, jsonb, cidr, text, timestamptz) is
    'As freshet.take_events, with those events rejected that the tables refuse.';

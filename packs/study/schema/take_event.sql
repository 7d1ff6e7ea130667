-- Object: freshet.take_event()
-- Why: a single call is a batch of one, by the same rules. Its caller waits for the answer, so a rejection is an error.
create function freshet.take_event(event jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    whole constant jsonb := event || jsonb_build_object(
        'event_id', coalesce(event ->> 'event_id', gen_random_uuid()::text),
        'created_at', coalesce(event ->> 'created_at', to_json(now()) #>> '{}')
    );
    result constant jsonb := freshet.take_batch(jsonb_build_array(whole)) -> 'results' -> 0;
begin
    if result ->> 'status' = 'rejected' then
        perform freshet.take_refuse(
            format('the event was rejected as %s: %s', result ->> 'code', result ->> 'detail'),
            freshet.track_remedy(result ->> 'code')
        );
    end if;
    return jsonb_build_object(
        'event_id', result -> 'event_id',
        'status', result -> 'status',
        'session_id', freshet.session_hash(freshet.take_caller(), event ->> 'session_id')
    );
end
$$;

revoke all on function freshet.take_event(jsonb) from public, anon;

grant execute on function freshet.take_event(jsonb) to authenticated, service_role;

comment on function freshet.take_event(jsonb) is
    'Takes one event, with an id and a time if it has none; 22023 with the remedy if it is rejected. Called through public.track_event and its kin.';

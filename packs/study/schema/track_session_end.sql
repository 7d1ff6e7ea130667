-- Object: public.track_session_end()
-- Why: a session that was ended has an end; of one that was not, the last event is known.
create function public.track_session_end(
    session_id text,
    properties jsonb default '{}',
    event_id uuid default null,
    created_at timestamptz default null
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    taken constant jsonb := freshet.take_event(
        jsonb_build_object(
            'session_id', session_id, 'event_type', 'session_end', 'properties', properties, 'event_id', event_id,
            'created_at', created_at
        )
    );
begin
    return taken || jsonb_build_object(
        'session', (select to_jsonb(s) from public.study_sessions as s where s.session_id = taken ->> 'session_id')
    );
end
$$;

revoke all on function public.track_session_end(text, jsonb, uuid, timestamptz) from public, anon;

grant execute on function public.track_session_end(text, jsonb, uuid, timestamptz) to authenticated, service_role;

comment on function public.track_session_end(text, jsonb, uuid, timestamptz) is
    'Ends a session of the signed-in user: {event_id, status, session_id, session}. The latest end counts. 22023 (HTTP 400) if it is rejected. Idempotent with an event_id.';

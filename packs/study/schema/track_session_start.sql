-- Object: public.track_session_start()
-- Why: a session begins before its first answer. Any event begins a session that is not known, too: this one may be late.
create function public.track_session_start(
    session_id text,
    device_type text default null,
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
            'session_id', session_id, 'event_type', 'session_start', 'device_type', device_type, 'properties', properties,
            'event_id', event_id, 'created_at', created_at
        )
    );
begin
    return taken || jsonb_build_object(
        'session', (select to_jsonb(s) from public.study_sessions as s where s.session_id = taken ->> 'session_id')
    );
end
$$;

revoke all on function public.track_session_start(text, text, jsonb, uuid, timestamptz) from public, anon;

grant execute on function public.track_session_start(text, text, jsonb, uuid, timestamptz) to authenticated, service_role;

comment on function public.track_session_start(text, text, jsonb, uuid, timestamptz) is
    'Begins a session of the signed-in user: {event_id, status, session_id, session}. Without device_type, or with "web", it is read from the User-Agent. 22023 (HTTP 400) if it is rejected. Idempotent with an event_id.';

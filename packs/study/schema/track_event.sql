-- Object: public.track_event()
-- Why: one event at once, where the application wants to know that it is kept before it goes on.
create function public.track_event(
    session_id text,
    event_type text,
    topic_id uuid default null,
    question_id uuid default null,
    material_id uuid default null,
    properties jsonb default '{}',
    event_id uuid default null,
    created_at timestamptz default null
)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select freshet.take_event(
        jsonb_build_object(
            'session_id', session_id, 'event_type', event_type, 'topic_id', topic_id, 'question_id', question_id,
            'material_id', material_id, 'properties', properties, 'event_id', event_id, 'created_at', created_at
        )
    );
$$;

revoke all on function public.track_event(text, text, uuid, uuid, uuid, jsonb, uuid, timestamptz) from public, anon;

grant execute on function public.track_event(text, text, uuid, uuid, uuid, jsonb, uuid, timestamptz) to authenticated, service_role;

comment on function public.track_event(text, text, uuid, uuid, uuid, jsonb, uuid, timestamptz) is
    'Takes one event of the signed-in user: {event_id, status, session_id}; status is accepted, or duplicate for a known event_id. Without event_id and created_at the database makes them. 22023 (HTTP 400) if it is rejected. Idempotent with an event_id.';

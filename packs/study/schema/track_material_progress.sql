-- Object: public.track_material_progress()
-- Why: how far a user has read is kept per material, so that a report reads one row and not the log.
create function public.track_material_progress(
    session_id text,
    material_id uuid,
    progress_rate numeric,
    reading_seconds numeric default null,
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
            'session_id', session_id, 'event_type', 'material_progress', 'material_id', material_id,
            'progress_rate', progress_rate, 'reading_seconds', reading_seconds, 'properties', properties,
            'event_id', event_id, 'created_at', created_at
        )
    );
begin
    -- Row security leaves the caller's own row.
    return taken || jsonb_build_object(
        'interaction', (select to_jsonb(m) from public.material_interactions as m where m.material_id = track_material_progress.material_id)
    );
end
$$;

revoke all on function public.track_material_progress(text, uuid, numeric, numeric, jsonb, uuid, timestamptz) from public, anon;

grant execute on function public.track_material_progress(text, uuid, numeric, numeric, jsonb, uuid, timestamptz)
    to authenticated, service_role;

comment on function public.track_material_progress(text, uuid, numeric, numeric, jsonb, uuid, timestamptz) is
    'Takes how far the signed-in user has read a material, 0 to 1, and the seconds since the last report: {event_id, status, session_id, interaction}. The greatest share counts, seconds are added. 22023 (HTTP 400) if it is rejected. Idempotent with an event_id.';

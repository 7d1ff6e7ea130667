-- Object: public.track_batch()
-- Why: clients collect events for 30 seconds and send them in one call.
create function public.track_batch(events jsonb)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select freshet.take_batch(events);
$$;

revoke all on function public.track_batch(jsonb) from public, anon;

grant execute on function public.track_batch(jsonb) to authenticated, service_role;

comment on function public.track_batch(jsonb) is
    'Takes up to 500 events (262144 bytes) of the signed-in user: {accepted, duplicates, rejected, results: [{event_id, status, code, detail}]}, in the order of the events. An event is accepted once by its event_id, however often it is sent. 22023 (HTTP 400) refuses the whole call, 42501 one without a signed-in user. Idempotent.';

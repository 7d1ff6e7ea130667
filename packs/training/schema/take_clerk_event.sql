-- Object: analytics.take_clerk_event()
-- Why: one message is one transaction: taken whole or sent again by Clerk. Messages are taken one after another: there
--      are few of them, and two that concern the same rows in another order would block each other.
create function analytics.take_clerk_event(event jsonb)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- The local data API sends jsonb as a text within jsonb.
    e constant jsonb := case when jsonb_typeof(event) = 'string' then (event #>> '{}')::jsonb else event end;
    event_at constant timestamptz := to_timestamp((e ->> 'event_ms')::bigint / 1000.0);
begin
    perform pg_advisory_xact_lock(hashtextextended('freshet.clerk_events', 0));
    insert into freshet.clerk_events (message_id, type, event_at)
    values (e ->> 'message_id', e ->> 'type', event_at)
    on conflict do nothing;
    if not found then
        return 'replayed';
    end if;
    return freshet.take_clerk_change(e);
end
$$;

revoke all on function analytics.take_clerk_event(jsonb) from public, anon, authenticated;

grant execute on function analytics.take_clerk_event(jsonb) to service_role;

comment on function analytics.take_clerk_event(jsonb) is
    'Takes one verified webhook of Clerk: message_id, type, event_ms, kind (user, organization, membership), is_deletion, clerk_id, issuer, subjects (derived, or as_they_are as in the issuer''s profile); and name, email, external_org_id, external_user_id (Clerk''s ids), role, joined_ms where the kind has them. Answers taken; replayed for an id that was taken before; older for a state that a newer event replaced. Raises 22023 for an issuer that makes no id, or another id than before. Idempotent by message_id.';

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
    subject constant text := e ->> 'clerk_id';
    event_at constant timestamptz := to_timestamp((e ->> 'event_ms')::bigint / 1000.0);
    is_deletion constant boolean := (e ->> 'is_deletion')::boolean;
    org constant uuid := freshet.organisation_id(e ->> 'issuer', e ->> 'external_org_id');
begin
    if e ->> 'external_org_id' is not null and org is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'organisation "%s" of issuer "%s" has no id', e ->> 'external_org_id', coalesce(e ->> 'issuer', '')
            ),
            hint = 'Set CLERK_ISSUER to the iss of Clerk''s tokens, for example https://clerk.example.com.';
    end if;

    perform pg_advisory_xact_lock(hashtextextended('freshet.clerk_events', 0));
    insert into freshet.clerk_events (message_id, type, event_at)
    values (e ->> 'message_id', e ->> 'type', event_at)
    on conflict do nothing;
    if not found then
        return 'replayed';
    end if;

    insert into freshet.clerk_objects as o (clerk_id, kind, changed_at, deleted_at, joined_at, org_id, user_id, role)
    values (
        subject, e ->> 'kind', event_at, case when is_deletion then event_at end,
        to_timestamp((e ->> 'joined_ms')::bigint / 1000.0), org, e ->> 'user_id', (e ->> 'role')::public.user_role
    )
    on conflict (clerk_id) do update
    set changed_at = greatest(o.changed_at, excluded.changed_at),
        deleted_at = least(o.deleted_at, excluded.deleted_at),
        role = case when excluded.changed_at >= o.changed_at then excluded.role else o.role end
    where is_deletion or (o.deleted_at is null and excluded.changed_at >= o.changed_at);
    if not found then
        return 'older';
    end if;

    -- A membership may come before its user and its organisation, which are filled in by their own messages.
    if org is not null and (e ->> 'kind' = 'membership' or not is_deletion) then
        insert into public.orgs (id, name, external_id)
        values (org, e ->> 'external_org_id', e ->> 'external_org_id')
        on conflict do nothing;
    end if;
    if e ->> 'user_id' is not null and (e ->> 'kind' = 'membership' or not is_deletion) then
        insert into public.users (id) values (e ->> 'user_id') on conflict do nothing;
    end if;
    if e ->> 'kind' = 'organization' and not is_deletion then
        update public.orgs as o set name = e ->> 'name' where o.id = org and o.name is distinct from e ->> 'name';
    elsif e ->> 'kind' = 'user' then
        -- After a deletion only the id is left, by which the facts are still counted.
        update public.users as u
        set name = case when not is_deletion then e ->> 'name' end,
            email = case when not is_deletion then e ->> 'email' end,
            updated_at = now()
        where u.id = subject;
    end if;

    perform freshet.settle_clerk_memberships(org, e ->> 'user_id');
    return 'taken';
end
$$;

revoke all on function analytics.take_clerk_event(jsonb) from public, anon, authenticated;

grant execute on function analytics.take_clerk_event(jsonb) to service_role;

comment on function analytics.take_clerk_event(jsonb) is
    'Takes one verified webhook of Clerk: message_id, type, event_ms, kind (user, organization, membership), is_deletion, clerk_id; and name, email, issuer and external_org_id, user_id, role, joined_ms where the kind has them. Answers taken; replayed for an id that was taken before; older for a state that a newer event replaced. Idempotent by message_id.';

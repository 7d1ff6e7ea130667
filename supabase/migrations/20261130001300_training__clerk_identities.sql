-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

alter table public.orgs add column external_id text;

alter table public.orgs add constraint orgs_external_id_key UNIQUE (external_id);

-- packs/training/schema/clerk_events.sql

-- Object: freshet.clerk_events
-- Grain: one row per webhook of Clerk that was taken in the last days
-- Why: each attempt to deliver a message has a new signature and the same id, so only the id tells a replay. Retries end
--      after about a day. No content is kept: it is personal.
create table freshet.clerk_events (
    message_id text primary key check (octet_length(message_id) <= 200),
    type text not null,
    event_at timestamptz not null,
    taken_at timestamptz not null default now()
);

create index clerk_events_taken_at_idx on freshet.clerk_events (taken_at);

revoke all on table freshet.clerk_events from public, anon, authenticated;

comment on table freshet.clerk_events is 'Ids of the messages of Clerk that were taken. Kept for 8 days.';

comment on column freshet.clerk_events.event_at is 'When the user, organisation or membership changed, by Clerk''s clock.';

-- packs/training/schema/purge_clerk_events.sql

-- Object: freshet.purge_clerk_events()
-- Why: see freshet.clerk_events.
create function freshet.purge_clerk_events()
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with removed as (
        delete from freshet.clerk_events as e where e.taken_at < now() - interval '8 days' returning 1
    )

    select count(*) from removed;
$$;

revoke all on function freshet.purge_clerk_events() from public, anon, authenticated;

comment on function freshet.purge_clerk_events() is 'Removes ids of messages that were taken more than 8 days ago. Returns how many.';

-- packs/training/schema/settle_clerk_memberships.sql

-- Object: freshet.settle_clerk_memberships()
-- Why: what org_members says follows from what is known of the user, the organisation and each of their memberships, so
--      it is the same whichever message came last.
create function freshet.settle_clerk_memberships(changed_org_id uuid, changed_user_id text)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    with pairs as (
        select
            m.org_id,
            m.user_id,
            -- The newest membership that exists decides; after the last one, the one that was deleted last.
            (array_agg(m.role order by (m.deleted_at is null) desc, m.changed_at desc, m.clerk_id))[1] as role,
            min(m.joined_at) as joined_at,
            case when bool_and(m.deleted_at is not null) then max(m.deleted_at) end as left_at
        from freshet.clerk_objects as m
        where m.kind = 'membership'
            and (m.org_id = changed_org_id or changed_org_id is null)
            and (m.user_id = changed_user_id or changed_user_id is null)
        group by m.org_id, m.user_id
    )

    insert into public.org_members as old (org_id, user_id, role, joined_at, left_at)
    select p.org_id, p.user_id, p.role, p.joined_at, least(p.left_at, u.deleted_at, o.deleted_at)
    from pairs as p
    join public.orgs as org on org.id = p.org_id
    left join freshet.clerk_objects as o on o.clerk_id = org.external_id
    left join freshet.clerk_objects as u on u.clerk_id = p.user_id
    on conflict (org_id, user_id) do update
    set role = excluded.role, joined_at = excluded.joined_at, left_at = excluded.left_at
    where (old.role, old.joined_at, old.left_at) is distinct from (excluded.role, excluded.joined_at, excluded.left_at);
$$;

revoke all on function freshet.settle_clerk_memberships(uuid, text) from public, anon, authenticated;

comment on function freshet.settle_clerk_memberships(uuid, text) is
    'Writes the rows of org_members that follow from freshet.clerk_objects, of this organisation and user; null: of all. Idempotent.';

-- packs/training/schema/take_clerk_event.sql

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

-- packs/training/schema/clerk_objects.sql

-- Object: freshet.clerk_objects
-- Grain: one row per user, organisation and membership that Clerk named, kept after its deletion
-- Why: messages arrive in any order. What was deleted stays deleted, whichever times the messages carry: Clerk never
--      issues an id twice, and the time of a deletion may be in whole seconds.
create table freshet.clerk_objects (
    clerk_id text primary key check (octet_length(clerk_id) <= 200),
    kind text not null check (kind in ('user', 'organization', 'membership')),
    changed_at timestamptz not null,
    deleted_at timestamptz,
    joined_at timestamptz,
    org_id uuid,
    user_id text,
    role public.user_role,
    check (kind <> 'membership' or (org_id, user_id, role, joined_at) is not null)
);

create index clerk_objects_membership_idx on freshet.clerk_objects (org_id, user_id) where kind = 'membership';

create index clerk_objects_user_id_idx on freshet.clerk_objects (user_id) where kind = 'membership';

revoke all on table freshet.clerk_objects from public, anon, authenticated;

comment on table freshet.clerk_objects is 'The last known state of what Clerk owns, without names and addresses.';

comment on column freshet.clerk_objects.changed_at is 'Of the newest event that was taken, by Clerk''s clock.';

comment on column freshet.clerk_objects.deleted_at is 'Null while it exists at Clerk.';

comment on column freshet.clerk_objects.joined_at is 'When a membership began; null for users and organisations.';

-- packs/training/schema/orgs.sql

comment on column public.orgs.external_id is
    'As the identity provider issues it; null for an organisation that is made here. freshet.organisation_id() makes the id of it and of the provider''s issuer.';

-- packs/training/schema/purge_clerk_events.sql

select analytics.register_job(
    job_name => 'purge-clerk-events',
    schedule => '25 0 * * *',
    command => 'set statement_timeout = ''5min''; set lock_timeout = ''5s''; select freshet.purge_clerk_events()'
);

reset check_function_bodies;

-- Object: freshet.take_clerk_change()
-- Why: a message and a row of the nightly walk say the same about a user, an organisation or a membership, and are taken
--      by the same rules: the newest time counts, and what was deleted stays deleted. Ids are made as those of Clerk's
--      tokens are (freshet.mapped_claims), so that a token's caller finds the rows.
create function freshet.take_clerk_change(e jsonb)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    subject constant text := e ->> 'clerk_id';
    issuer constant text := e ->> 'issuer';
    outside_org constant text := e ->> 'external_org_id';
    outside_user constant text := e ->> 'external_user_id';
    event_at constant timestamptz := to_timestamp((e ->> 'event_ms')::bigint / 1000.0);
    is_deletion constant boolean := (e ->> 'is_deletion')::boolean;
    is_membership constant boolean := e ->> 'kind' = 'membership';
    org constant uuid := freshet.organisation_id(issuer, outside_org);
    person constant text := case
        when e ->> 'subjects' = 'as_they_are' then outside_user
        else freshet.subject_id(issuer, outside_user)::text
    end;
    new_role constant public.user_role := (e ->> 'role')::public.user_role;
    known freshet.clerk_objects;
    is_settled boolean;
begin
    if (outside_org is not null and org is null) or (outside_user is not null and person is null) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('%s "%s" of issuer "%s" has no id', e ->> 'kind', subject, coalesce(issuer, '')),
            hint = 'Set CLERK_ISSUER to the iss of Clerk''s tokens, for example https://clerk.example.com.';
    end if;

    select o.* into known from freshet.clerk_objects as o where o.clerk_id = subject;
    if known.clerk_id is not null and (known.org_id, known.user_id) is distinct from (org, person) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                '%s "%s" of Clerk is %s here and would be %s from now on',
                known.kind, subject, concat_ws(' ', known.org_id, known.user_id), concat_ws(' ', org, person)
            ),
            hint = 'Set CLERK_ISSUER, and subjects of its profile in FRESHET_ISSUERS, to what they were before.';
    end if;
    if not is_deletion and (known.deleted_at is not null or known.changed_at > event_at) then
        return 'older';
    end if;
    is_settled := not is_membership and not is_deletion and coalesce(known.changed_at = event_at, false);

    if is_deletion or (known.changed_at, known.role) is distinct from (event_at, new_role) then
        insert into freshet.clerk_objects as o (
            clerk_id, kind, changed_at, deleted_at, joined_at, org_id, user_id, role, external_org_id, external_user_id
        )
        values (
            subject, e ->> 'kind', event_at, case when is_deletion then event_at end,
            to_timestamp((e ->> 'joined_ms')::bigint / 1000.0), org, person, new_role, outside_org, outside_user
        )
        on conflict (clerk_id) do update
        set changed_at = greatest(o.changed_at, excluded.changed_at),
            deleted_at = least(o.deleted_at, excluded.deleted_at),
            role = case when excluded.changed_at >= o.changed_at then excluded.role else o.role end;
    end if;

    -- A membership may come before its user and its organisation, which are filled in by their own messages.
    if org is not null and (is_membership or not is_deletion) then
        insert into public.orgs (id, name, external_id) values (org, outside_org, outside_org) on conflict do nothing;
        is_settled := is_settled and not found;
    end if;
    if person is not null and (is_membership or not is_deletion) then
        insert into public.users (id) values (person) on conflict do nothing;
        is_settled := is_settled and not found;
    end if;
    if e ->> 'kind' = 'organization' and not is_deletion then
        update public.orgs as o set name = e ->> 'name' where o.id = org and o.name is distinct from e ->> 'name';
    elsif e ->> 'kind' = 'user' then
        -- After a deletion only the id is left, by which the facts are still counted.
        update public.users as u
        set name = case when not is_deletion then e ->> 'name' end,
            email = case when not is_deletion then e ->> 'email' end,
            updated_at = now()
        where u.id = person
            and (u.name, u.email) is distinct from
            (case when not is_deletion then e ->> 'name' end, case when not is_deletion then e ->> 'email' end);
    end if;

    -- The walk meets every organisation each night, and nearly all are as they were: their members are left alone.
    if not is_settled then
        perform freshet.settle_clerk_memberships(org, person);
    end if;
    return 'taken';
end
$$;

revoke all on function freshet.take_clerk_change(jsonb) from public, anon, authenticated;

comment on function freshet.take_clerk_change(jsonb) is
    'Takes what analytics.take_clerk_event() takes, without message_id and type. Answers taken, or older. The caller holds the lock of freshet.clerk_events.';

-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

alter table freshet.clerk_objects add column external_org_id text;

alter table freshet.clerk_objects add column external_user_id text;

alter table freshet.clerk_objects add column seen_walk_id bigint;

-- Until now a user's id here was Clerk's own.
update freshet.clerk_objects as o
set external_user_id = o.user_id,
    external_org_id = case o.kind
        when 'organization' then o.clerk_id
        else (select org.external_id from public.orgs as org where org.id = o.org_id)
    end;

-- packs/training/schema/accept_clerk_deletions.sql

-- Object: freshet.accept_clerk_deletions()
-- Why: only an operator knows whether a tenth of the users was deleted on purpose.
create function freshet.accept_clerk_deletions()
returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
    update freshet.clerk_walks as w
    set stopped_because = null
    from freshet.clerk_walks as old
    where old.walk_id = w.walk_id
        and old.stopped_because is not null
        and old.walk_id = (select max(n.walk_id) from freshet.clerk_walks as n)
    returning old.stopped_because;
$$;

revoke all on function freshet.accept_clerk_deletions() from public, anon, authenticated;

comment on function freshet.accept_clerk_deletions() is
    'Lets the newest walk go on that stopped before too many deletions. Returns what it stopped for; null when it had not stopped. Each is still asked for at Clerk before it is removed.';

-- packs/training/schema/clerk_walks.sql

-- Object: freshet.clerk_walks
-- Grain: one row per nightly comparison with Clerk
-- Why: Clerk does not promise to deliver every message. A walk reads one page of Clerk's lists in each call and can go on
--      from this row wherever it was interrupted.
create table freshet.clerk_walks (
    walk_id bigint generated always as identity primary key,
    started_at timestamptz not null default now(),
    phase text not null default 'user' check (phase in ('user', 'organization', 'membership', 'absent')),
    position text,
    wait_until timestamptz,
    stopped_because text,
    refused_count integer not null default 0,
    refused_because text,
    finished_at timestamptz
);

revoke all on table freshet.clerk_walks from public, anon, authenticated;

comment on table freshet.clerk_walks is 'Nightly comparisons with Clerk. Kept for 90 days.';

comment on column freshet.clerk_walks.phase is
    'The list that is read; absent: what no list had is asked for by its id, and removed here when Clerk answers 404.';

comment on column freshet.clerk_walks.position is
    'Where the next page begins: after this user, at this offset, or after this absent id. Null at the beginning of a phase.';

comment on column freshet.clerk_walks.wait_until is 'Null, or until when Clerk asked to wait (429).';

comment on column freshet.clerk_walks.stopped_because is
    'Null, or which deletions would be too many. freshet.accept_clerk_deletions() lets the walk go on.';

comment on column freshet.clerk_walks.refused_count is
    'Rows of Clerk''s lists that could not be taken, each by itself; the rest of their page was.';

comment on column freshet.clerk_walks.refused_because is 'What was wrong with the first of them; null while there is none.';

-- packs/training/schema/defer_clerk_walk.sql

-- Object: analytics.defer_clerk_walk()
-- Why: Clerk says with 429 for how long it answers nothing else.
create function analytics.defer_clerk_walk(walk_id bigint, wait_seconds integer)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update freshet.clerk_walks as w
    set wait_until = now() + make_interval(secs => least(greatest(defer_clerk_walk.wait_seconds, 1), 3600))
    where w.walk_id = defer_clerk_walk.walk_id;
$$;

revoke all on function analytics.defer_clerk_walk(bigint, integer) from public, anon, authenticated;

grant execute on function analytics.defer_clerk_walk(bigint, integer) to service_role;

comment on function analytics.defer_clerk_walk(bigint, integer) is
    'Asks Clerk nothing more for this walk in wait_seconds, which counts as at least 1 and at most 3600.';

-- packs/training/schema/drive_clerk_walk.sql

-- Object: freshet.drive_clerk_walk()
-- Why: a call of the function asks for one page, and the job makes the next call. A project without Clerk has no message
--      and so no walk. A walk that stopped, left out a row or does not end makes the job fail, which the audit reports.
create function freshet.drive_clerk_walk()
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- 03:00 UTC of this night.
    due_at constant timestamptz :=
        (date_trunc('day', (now() - interval '3 hours') at time zone 'UTC') + interval '3 hours') at time zone 'UTC';
    walk freshet.clerk_walks;
begin
    if not exists (select from freshet.clerk_objects) then
        return false;
    end if;
    select w.* into walk from freshet.clerk_walks as w order by w.walk_id desc limit 1;
    -- A walk that has not ended in a day is given up: another may, once what kept it is repaired.
    if walk.walk_id is null
        or walk.started_at < now() - interval '1 day'
        or (walk.started_at < due_at and (walk.finished_at is not null or walk.stopped_because is not null))
    then
        delete from freshet.clerk_walks as w where w.started_at < now() - interval '90 days';
        insert into freshet.clerk_walks default values returning * into walk;
    end if;
    if walk.stopped_because is not null then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('the comparison with Clerk stopped before it removes what Clerk lacks: %s', walk.stopped_because),
            hint = 'Compare with Clerk''s dashboard. If the deletions are right: select freshet.accept_clerk_deletions(). If not: look at CLERK_SECRET_KEY; the next night tries again.';
    end if;
    if walk.finished_at is not null and walk.refused_count > 0 then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('%s rows of Clerk were not taken, the first: %s', walk.refused_count, walk.refused_because),
            hint = 'The others were. The next night tries again.';
    end if;
    if walk.finished_at is not null or walk.wait_until > now() then
        return false;
    end if;
    if walk.started_at < now() - interval '20 hours' then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('the comparison with Clerk that began at %s has not ended: phase %s', walk.started_at, walk.phase),
            hint = 'The log of the function clerk-reconcile says why a page is not taken.';
    end if;
    perform analytics.invoke_function('clerk-reconcile');
    return true;
end
$$;

revoke all on function freshet.drive_clerk_walk() from public, anon, authenticated;

comment on function freshet.drive_clerk_walk() is
    'Begins the walk of the night, at 03:00 UTC or with the first message of Clerk, and calls the function clerk-reconcile for its next page. Returns whether it called. Raises 55000 when the walk stopped, could not take a row, or has not ended in 20 hours; after a day another begins.';

-- packs/training/schema/next_clerk_step.sql

-- Object: analytics.next_clerk_step()
-- Why: the function that asks Clerk keeps nothing between two calls.
create function analytics.next_clerk_step()
returns jsonb
language sql
security definer
stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'walk_id', w.walk_id,
        'phase', w.phase,
        'position', w.position,
        'asked', case when w.phase = 'absent' then (
            select coalesce(jsonb_agg(to_jsonb(a) order by a.clerk_id), '[]')
            from (
                select *
                from freshet.absent_clerk_objects(w) as absent
                where absent.clerk_id > coalesce(w.position, '')
                order by absent.clerk_id
                limit 50
            ) as a
        ) else '[]' end
    )
    from freshet.clerk_walks as w
    where w.walk_id = (select max(n.walk_id) from freshet.clerk_walks as n)
        and w.finished_at is null
        and w.stopped_because is null
        and coalesce(w.wait_until <= now(), true);
$$;

revoke all on function analytics.next_clerk_step() from public, anon, authenticated;

grant execute on function analytics.next_clerk_step() to service_role;

comment on function analytics.next_clerk_step() is
    'What to ask Clerk next: walk_id, phase, position as in freshet.clerk_walks, and for phase absent at most 50 rows of freshet.absent_clerk_objects(). Null when the newest walk has ended or stopped, or Clerk asked to wait.';

-- packs/training/schema/settle_clerk_memberships.sql

-- Object: freshet.settle_clerk_memberships()
-- Why: what org_members says follows from what is known of the user, the organisation and each of their memberships, so
--      it is the same whichever message came last.
create or replace function freshet.settle_clerk_memberships(changed_org_id uuid, changed_user_id text)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    with pairs as (
        select
            m.org_id,
            m.user_id,
            min(m.external_org_id) as external_org_id,
            min(m.external_user_id) as external_user_id,
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
    join public.users as known on known.id = p.user_id
    left join freshet.clerk_objects as o on o.clerk_id = p.external_org_id
    left join freshet.clerk_objects as u on u.clerk_id = p.external_user_id
    on conflict (org_id, user_id) do update
    set role = excluded.role, joined_at = excluded.joined_at, left_at = excluded.left_at
    where (old.role, old.joined_at, old.left_at) is distinct from (excluded.role, excluded.joined_at, excluded.left_at);
$$;

-- packs/training/schema/take_clerk_change.sql

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

-- packs/training/schema/take_clerk_event.sql

-- Object: analytics.take_clerk_event()
-- Why: one message is one transaction: taken whole or sent again by Clerk. Messages are taken one after another: there
--      are few of them, and two that concern the same rows in another order would block each other.
create or replace function analytics.take_clerk_event(event jsonb)
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

comment on function analytics.take_clerk_event(jsonb) is
    'Takes one verified webhook of Clerk: message_id, type, event_ms, kind (user, organization, membership), is_deletion, clerk_id, issuer, subjects (derived, or as_they_are as in the issuer''s profile); and name, email, external_org_id, external_user_id (Clerk''s ids), role, joined_ms where the kind has them. Answers taken; replayed for an id that was taken before; older for a state that a newer event replaced. Raises 22023 for an issuer that makes no id, or another id than before. Idempotent by message_id.';

-- packs/training/schema/take_clerk_step.sql

-- Object: analytics.take_clerk_step()
-- Why: a page is taken in one transaction with the place of the next, so that a call that is killed or made twice
--      neither loses a page nor takes one twice. Webhooks wait meanwhile: see analytics.take_clerk_event(). A row that
--      cannot be taken is counted and does not keep the others from being taken.
create function analytics.take_clerk_step(step jsonb)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- The local data API sends jsonb as a text within jsonb.
    s constant jsonb := case when jsonb_typeof(step) = 'string' then (step #>> '{}')::jsonb else step end;
    phases constant text[] := array['user', 'organization', 'membership', 'absent'];
    walk freshet.clerk_walks;
    change jsonb;
    refused integer := coalesce((s ->> 'refused_count')::integer, 0);
    reason text := s ->> 'refused_because';
begin
    perform pg_advisory_xact_lock(hashtextextended('freshet.clerk_events', 0));
    select w.* into walk
    from freshet.clerk_walks as w
    where w.walk_id = (s ->> 'walk_id')::bigint
        and w.phase = s ->> 'phase'
        and w.position is not distinct from s ->> 'position'
        and w.finished_at is null
        and w.stopped_because is null
    for update;
    if not found then
        return 'moved';
    end if;

    for change in select c from jsonb_array_elements(s -> 'changes') as c loop
        begin
            perform freshet.take_clerk_change(change);
        exception when others then
            -- A database in trouble refuses every row, and the page is asked for again: 40 to 58 are conflicts, limits,
            -- shut-downs and faults of the system.
            if left(sqlstate, 2) in ('40', '53', '54', '55', '57', '58') then
                raise;
            end if;
            refused := refused + 1;
            reason := coalesce(reason, format('%s: %s', change ->> 'clerk_id', sqlerrm));
        end;
    end loop;
    update freshet.clerk_objects as o
    set seen_walk_id = walk.walk_id
    where o.clerk_id in (select jsonb_array_elements_text(s -> 'seen'));
    if refused > 0 then
        update freshet.clerk_walks as w
        set refused_count = w.refused_count + refused, refused_because = coalesce(w.refused_because, reason)
        where w.walk_id = walk.walk_id;
    end if;

    if coalesce((s ->> 'is_lost')::boolean, false) then
        update freshet.clerk_walks as w set position = null where w.walk_id = walk.walk_id;
    elsif s ->> 'next_position' is not null then
        update freshet.clerk_walks as w set position = s ->> 'next_position' where w.walk_id = walk.walk_id;
    elsif walk.phase = 'absent' then
        update freshet.clerk_walks as w set finished_at = clock_timestamp() where w.walk_id = walk.walk_id;
        return 'finished';
    else
        update freshet.clerk_walks as w
        set phase = phases[array_position(phases, walk.phase) + 1],
            position = null,
            stopped_because = case when walk.phase = 'membership' then freshet.too_many_absent(walk) end
        where w.walk_id = walk.walk_id;
    end if;
    return 'taken';
end
$$;

revoke all on function analytics.take_clerk_step(jsonb) from public, anon, authenticated;

grant execute on function analytics.take_clerk_step(jsonb) to service_role;

comment on function analytics.take_clerk_step(jsonb) is
    'Takes what Clerk answered to analytics.next_clerk_step(): its walk_id, phase and position; changes as analytics.take_clerk_event() takes them; seen (Clerk''s ids of all rows of the page); refused_count and refused_because of rows without a readable shape; next_position, null after the last page of the phase; is_lost when Clerk does not know the position any more, so that the phase begins again. Answers taken, finished, or moved when another call took this step. Idempotent.';

-- packs/training/schema/too_many_absent.sql

-- Object: freshet.too_many_absent()
-- Why: a key of another instance of Clerk, or a fault at Clerk, would otherwise remove everybody in one night.
create function freshet.too_many_absent(walk freshet.clerk_walks)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with known as (
        select o.kind, count(*) as known_count
        from freshet.clerk_objects as o
        where o.deleted_at is null and o.changed_at < walk.started_at
        group by o.kind
    ),

    absent as (
        select a.kind, count(*) as absent_count from freshet.absent_clerk_objects(walk) as a group by a.kind
    )

    select string_agg(format('%s of %s %ss', a.absent_count, k.known_count, k.kind), ', ' order by k.kind)
    from known as k
    join absent as a on a.kind = k.kind
    where a.absent_count * 10 > k.known_count;
$$;

revoke all on function freshet.too_many_absent(freshet.clerk_walks) from public, anon, authenticated;

comment on function freshet.too_many_absent(freshet.clerk_walks) is
    'Names each kind of which Clerk lacks more than a tenth of what is known here, with both counts; null when there is none.';

-- packs/training/schema/users.sql

comment on column public.users.id is 'The sub of the user''s tokens; for an outside issuer what freshet.subject_id() makes of it, unless its profile keeps subjects as they are.';

-- packs/training/schema/absent_clerk_objects.sql

-- Object: freshet.absent_clerk_objects()
-- Why: what changed after the walk began may have come after its page was read, so its absence says nothing. A membership
--      ends with its user or organisation and is no deletion of its own.
create function freshet.absent_clerk_objects(walk freshet.clerk_walks)
returns table (
    clerk_id text, kind text, external_org_id text, external_user_id text, role text, joined_ms bigint
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        o.clerk_id,
        o.kind,
        o.external_org_id,
        o.external_user_id,
        o.role::text,
        (extract(epoch from o.joined_at) * 1000)::bigint
    from freshet.clerk_objects as o
    where o.deleted_at is null
        and o.changed_at < walk.started_at
        and o.seen_walk_id is distinct from walk.walk_id
        and not exists (
            select from freshet.clerk_objects as gone
            where o.kind = 'membership'
                and gone.clerk_id in (o.external_user_id, o.external_org_id)
                and gone.deleted_at is not null
        );
$$;

revoke all on function freshet.absent_clerk_objects(freshet.clerk_walks) from public, anon, authenticated;

comment on function freshet.absent_clerk_objects(freshet.clerk_walks) is
    'What exists here and was not found at Clerk by this walk; joined_ms in milliseconds since the epoch, null but for memberships.';

-- packs/training/schema/clerk_objects.sql

comment on column freshet.clerk_objects.org_id is 'As in public.orgs; null for users.';

comment on column freshet.clerk_objects.user_id is 'As in public.users; null for organisations.';

comment on column freshet.clerk_objects.external_org_id is 'Clerk''s id of the organisation; null for users.';

comment on column freshet.clerk_objects.external_user_id is 'Clerk''s id of the user; null for organisations.';

comment on column freshet.clerk_objects.seen_walk_id is 'The newest walk_id of freshet.clerk_walks that found it at Clerk.';

-- packs/training/schema/drive_clerk_walk.sql

select analytics.register_job(
    job_name => 'reconcile-clerk',
    schedule => '* * * * *',
    command => 'set statement_timeout = ''30s''; set lock_timeout = ''5s''; select freshet.drive_clerk_walk()',
    late_after => '10 minutes',
    max_runtime => '1 minute'
);

reset check_function_bodies;

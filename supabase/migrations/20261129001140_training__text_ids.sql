-- Object: private.scope_people_of_manager(), private.people_of_caller(), the pack's policies by organisation (all replaced)
-- Why: organisations are uuids here, and a token may name one of another system. Its members see nothing, without an error.

create or replace function private.scope_people_of_manager(subject text, org_id text)
returns setof text
language sql
stable
set search_path = ''
as $$
    with manager as (
        select m.org_id, m.user_id
        from public.org_members as m
        where m.org_id = private.canonical_uuid(scope_people_of_manager.org_id)
            and m.user_id = scope_people_of_manager.subject
            and (m.left_at is null or m.left_at > now())
    ),

    people as (
        select m.org_id, m.user_id
        from manager as b
        join public.org_members as m on m.org_id = b.org_id and m.manager_id = b.user_id
        union
        select d.org_id, d.user_id
        from manager as b
        join public.dotted_lines as d on d.org_id = b.org_id and d.manager_id = b.user_id
    )

    select p.user_id
    from people as p
    join public.org_members as m on m.org_id = p.org_id and m.user_id = p.user_id
    where m.left_at is null or m.left_at > now();
$$;

create or replace function private.people_of_caller()
returns setof text
language sql
stable
security definer
set search_path = ''
as $$
    with caller as (
        select
            nullif(auth.jwt() ->> 'org_id', '') as org_id,
            nullif(auth.jwt() ->> 'sub', '') as user_id,
            auth.jwt() ->> 'org_role' as role
    )

    select c.user_id from caller as c where c.user_id is not null
    union
    select m.user_id
    from caller as c
    join public.org_members as m on m.org_id = private.canonical_uuid(c.org_id)
    where c.role = 'admin'
    union
    select p.user_id
    from caller as c
    cross join lateral private.scope_people_of_manager(c.user_id, c.org_id) as p (user_id)
    where c.role = 'manager';
$$;

alter policy orgs_are_read_by_their_members on public.orgs
    using (id = (select private.claimed_uuid('org_id')));
alter policy teams_are_read_by_members on public.teams
    using (org_id = (select private.claimed_uuid('org_id')));
alter policy scenarios_are_read_by_members on public.scenarios
    using (org_id = (select private.claimed_uuid('org_id')));
alter policy org_members_are_read_by_those_above_them on public.org_members
    using (org_id = (select private.claimed_uuid('org_id')) and user_id in (select private.people_of_caller()));
alter policy dotted_lines_are_read_by_those_above_the_member on public.dotted_lines
    using (org_id = (select private.claimed_uuid('org_id')) and user_id in (select private.people_of_caller()));
alter policy scenario_attempts_are_read_by_those_above_the_user on public.scenario_attempts
    using (org_id = (select private.claimed_uuid('org_id')) and user_id in (select private.people_of_caller()));
alter policy assignments_are_read_by_those_above_the_assignee on public.assignments
    using (org_id = (select private.claimed_uuid('org_id')) and assignee_id in (select private.people_of_caller()));

-- Object: freshet.scope_people_of_manager(); live relation people_of_manager
-- Why: organisations are uuids here, and a token may name one of another system. Its members see nothing, without an
--      error.
create function freshet.scope_people_of_manager(subject text, org_id text)
returns setof text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with manager as (
        select m.org_id, m.user_id
        from public.org_members as m
        where m.org_id = freshet.canonical_uuid(scope_people_of_manager.org_id)
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

revoke all on function freshet.scope_people_of_manager(text, text) from public, anon, authenticated;

comment on function freshet.scope_people_of_manager(text, text) is
    'Scope relation people_of_manager: the active members of the organisation who report to the subject, by a solid or a dotted line. No rows once the subject has left.';

select analytics.register_live(
    name => 'people_of_manager',
    pack => 'training',
    sources => array['public.org_members', 'public.dotted_lines']::regclass[],
    moments => array['public.org_members.left_at']
);

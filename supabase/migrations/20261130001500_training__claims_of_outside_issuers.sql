-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- packs/training/schema/people_of_caller.sql

-- Object: freshet.people_of_caller()
-- Why: one place decides for all policies of the pack whose rows a caller may read.
create or replace function freshet.people_of_caller()
returns setof text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    with caller as (
        select
            nullif(claims.c ->> 'org_id', '') as org_id,
            nullif(claims.c ->> 'sub', '') as user_id,
            claims.c ->> 'org_role' as role
        from (select freshet.caller_claims() as c) as claims
    )

    select c.user_id from caller as c where c.user_id is not null
    union
    select m.user_id
    from caller as c
    join public.org_members as m on m.org_id = freshet.canonical_uuid(c.org_id)
    where c.role = 'admin'
    union
    select p.user_id
    from caller as c
    cross join lateral freshet.scope_people_of_manager(c.user_id, c.org_id) as p (user_id)
    where c.role = 'manager';
$$;

reset check_function_bodies;

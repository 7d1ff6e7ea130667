-- Object: freshet.asked_orgs()
-- Why: every reading of the pack filters its rows by the organisations of the request, so that an answer about one
--      organisation costs only that organisation's rows. Arrays, because an index answers them whether they hold one id
--      or all. A deleted organisation has no rows at once, whatever the views still hold.
create function freshet.asked_orgs(asked jsonb)
returns uuid[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select array(
        select o.org_id
        from analytics.dim_orgs as o
        where asked ->> 'org' is null or o.org_id = (asked ->> 'org')::uuid
    );
$$;

revoke all on function freshet.asked_orgs(jsonb) from public, anon, authenticated;

comment on function freshet.asked_orgs(jsonb) is
    'The existing organisations that a reading is about: the one in the request, or all.';

-- Object: freshet.asked_orgs()
-- Why: every reading of the pack narrows its rows by whom the question is about, so that an answer about one organisation
--      costs what one organisation has. Arrays, because an index answers them whether they hold one name or all.
--      Which assignments count is said once, by analytics.current_assignments, which BI tools read too. An organisation that was
--      deleted is asked about in vain, at once, whatever its views still hold.
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

comment on function freshet.asked_orgs(jsonb) is 'The organisations that a reading is asked about, as far as they exist: the one that is named, or all.';

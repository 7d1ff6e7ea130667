-- Object: freshet.sync_dimension()
-- Grain: dim_users: one row per member of an organisation; dim_scenarios: per scenario; dim_orgs: per organisation
-- Reads: public.users, org_members, scenarios, orgs: by triggers, and nightly
-- Why: reports join the facts with these and with no table of the applications. Somebody may be in several
--      organisations, with another role in each, so that the key of a user includes the organisation. A membership that
--      was given an end is over without a write: the nightly job sees that, and what was written past the triggers.
create function freshet.sync_dimension()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    execute format('select freshet.%I(array(select distinct r.%I from changed_rows as r))', tg_argv[0], tg_argv[1]);
    return null;
end
$$;

revoke all on function freshet.sync_dimension() from public, anon, authenticated;

comment on function freshet.sync_dimension() is
    'Statement trigger: passes the keys of the written rows on. Arguments: the function of schema freshet, and the column of the key.';

-- Object: freshet.sync_dimension()
-- Why: one trigger function for all dimensions.
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

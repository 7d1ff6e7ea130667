create function private.sync_dimension()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    execute format('select private.%I(array(select distinct r.%I from changed_rows as r))', tg_argv[0], tg_argv[1]);
    return null;
end
$$;

revoke all on function private.sync_dimension() from public, anon, authenticated;

comment on function private.sync_dimension() is
    'Statement trigger: passes the keys of the written rows on. Arguments: the function of schema private, and the column of the key.';

-- Object: freshet.empty_derived_table()
-- Why: truncate fires no delete trigger.
create function freshet.empty_derived_table()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    is_filled boolean;
begin
    execute format('select exists (select from analytics.%I)', tg_argv[0]) into is_filled;
    if is_filled then
        execute format('truncate analytics.%I', tg_argv[0]);
    end if;
    return null;
end
$$;

revoke all on function freshet.empty_derived_table() from public, anon, authenticated;

comment on function freshet.empty_derived_table() is
    'Truncate trigger: also empties the table of schema analytics that its argument names.';

-- Object: freshet.is_incremental()
-- Why: a registered view is a materialized view or a table with a query; which one is asked in one place.
create function freshet.is_incremental(view_name text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (select from analytics.incremental_views as v where v.view_name = is_incremental.view_name);
$$;

revoke all on function freshet.is_incremental(text) from public, anon, authenticated;

comment on function freshet.is_incremental(text) is 'True for a view that was registered with incremental => true.';

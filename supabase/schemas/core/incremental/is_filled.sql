-- Object: freshet.is_filled()
-- Why: PostgreSQL knows of a materialized view whether it has rows to read; a table always has. So an incremental view
--      counts as filled once it was refreshed. Asked for each view of each pass of the audit, so it is PL/pgSQL, which
--      plans its query once in a session.
create function freshet.is_filled(declared analytics.views)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select c.relispopulated and (c.relkind = 'm' or declared.refreshed_at is not null)
        from pg_catalog.pg_class as c
        where c.oid = to_regclass(format('analytics.%I', declared.view_name))
    );
end
$$;

revoke all on function freshet.is_filled(analytics.views) from public, anon, authenticated;

comment on function freshet.is_filled(analytics.views) is 'Whether a registered view has rows to read; null where it does not exist.';

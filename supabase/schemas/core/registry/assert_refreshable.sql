-- Object: freshet.assert_refreshable()
-- Why: a view that cannot be refreshed concurrently is refused when it is registered, not by its first job.
create function freshet.assert_refreshable(view_name text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    relation constant regclass := to_regclass(format('analytics.%I', view_name));
begin
    if not exists (
        select from pg_catalog.pg_class as c
        where c.oid = relation and (c.relkind = 'm' or c.relkind = 'r' and freshet.is_incremental(assert_refreshable.view_name))
    ) then
        raise exception using
            errcode = 'undefined_table',
            message = format('cannot register "%s": no materialized view analytics.%s', view_name, view_name),
            hint = 'Create it in the same migration, in schema analytics, before register_view.';
    end if;
    if not exists (
        select from pg_catalog.pg_index as i
        where i.indrelid = relation
            and i.indisunique and i.indisvalid and i.indimmediate
            and i.indpred is null
            and not (0 = any (i.indkey::int2[]))
    ) then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('cannot register "%s": it has no plain unique index', view_name),
            hint = 'Concurrent refreshes need one over columns only, without a where clause: create unique index … on analytics.'
                || view_name || ' (key columns).';
    end if;
end
$$;

revoke all on function freshet.assert_refreshable(text) from public, anon, authenticated;

comment on function freshet.assert_refreshable(text) is 'Raises unless the view exists and can be refreshed concurrently.';

-- Object: analytics.removable_exports()
-- Why the wait: a call that lost its export to a cancellation may still finish its upload, and lives for at most 400
--      seconds. The object of an export that was done is removed at once.
create function analytics.removable_exports(most_exports integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(jsonb_agg(jsonb_build_object('export_id', e.export_id, 'object_name', e.object_name)), '[]')
    from (
        select j.export_id, j.object_name
        from analytics.export_jobs as j
        where j.finished_at is not null
            and not j.is_removed
            and case when j.expires_at is null then j.finished_at + interval '10 minutes' else j.expires_at end <= clock_timestamp()
        order by j.finished_at
        limit removable_exports.most_exports
    ) as e;
$$;

revoke all on function analytics.removable_exports(integer) from public, anon, authenticated;

grant execute on function analytics.removable_exports(integer) to service_role;

comment on function analytics.removable_exports(integer) is
    'Exports whose object is to be removed, if there is one: [{export_id, object_name}]. Service role only.';

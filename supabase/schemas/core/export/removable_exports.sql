-- Object: analytics.removable_exports()
-- Why it notes the try: an object that cannot be removed is tried again after five minutes, behind all others, so that it
--      neither keeps their removal waiting nor has the function called again and again.
create function analytics.removable_exports(most_exports integer)
returns jsonb
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    with next as (
        select j.export_id
        from analytics.export_jobs as j
        where j.finished_at is not null and not j.is_removed and freshet.awaits_removal(j)
        order by j.removal_tried_at nulls first, j.finished_at
        limit removable_exports.most_exports
        for update skip locked
    ),
    tried as (
        update analytics.export_jobs as j
        set removal_tried_at = clock_timestamp()
        from next as n
        where j.export_id = n.export_id
        returning j.export_id, j.object_name, j.upload_url
    )
    select coalesce(
        jsonb_agg(jsonb_build_object('export_id', t.export_id, 'object_name', t.object_name, 'upload_url', t.upload_url)), '[]'
    )
    from tried as t;
$$;

revoke all on function analytics.removable_exports(integer) from public, anon, authenticated;

grant execute on function analytics.removable_exports(integer) to service_role;

comment on function analytics.removable_exports(integer) is
    'Takes on the removal of objects of exports that are over, if they have one, and of their unfinished uploads: [{export_id, object_name, upload_url}], upload_url null where none is known. Those that it names are not named again for five minutes. Service role only.';

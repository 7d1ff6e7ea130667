-- Object: analytics.forget_export_object()
-- Why: after the removal of the object, never before it: what is known of an object must not end before the object.
-- Why the ten minutes: a call that lost its export to a cancellation may still finish its upload, and lives for at most 400
--      seconds. Until then the removal is repeated.
create function analytics.forget_export_object(export_id uuid)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update analytics.export_jobs as j
    set upload_url = null,
        is_removed = j.finished_at <= clock_timestamp() - interval '10 minutes',
        status = case when j.status = 'done' then 'expired' else j.status end
    where j.export_id = forget_export_object.export_id and j.finished_at is not null;
$$;

revoke all on function analytics.forget_export_object(uuid) from public, anon, authenticated;

grant execute on function analytics.forget_export_object(uuid) to service_role;

comment on function analytics.forget_export_object(uuid) is
    'The object of this export was removed, and its upload ended, or there was none. The removal of one that ended less than ten minutes ago is repeated. Service role only. Idempotent.';

-- Object: analytics.note_export_upload()
-- Why: an upload that was begun is gone on with by the next call, from where the storage says that it is.
create function analytics.note_export_upload(export_id uuid, lease_token uuid, upload_url text, is_gzip boolean)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    job constant analytics.export_jobs := freshet.leased_export(note_export_upload.export_id, note_export_upload.lease_token);
begin
    update analytics.export_jobs as j
    set upload_url = note_export_upload.upload_url, is_gzip = note_export_upload.is_gzip, attempts_count = 0
    where j.export_id = job.export_id;
end
$$;

revoke all on function analytics.note_export_upload(uuid, uuid, text, boolean) from public, anon, authenticated;

grant execute on function analytics.note_export_upload(uuid, uuid, text, boolean) to service_role;

comment on function analytics.note_export_upload(uuid, uuid, text, boolean) is
    'Notes progress of an upload: where it goes on (null: not resumable, or to be begun again), and whether the object is gzip. Service role only. Raises PT409 without the lease.';

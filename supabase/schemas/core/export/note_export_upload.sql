-- Object: analytics.note_export_upload()
-- Why: an upload that was begun is gone on with by the next call, from where the storage says that it is.
-- Why only more bytes are progress: an upload that begins again each time, and fails each time, has to be given up.
create function analytics.note_export_upload(
    export_id uuid,
    lease_token uuid,
    upload_url text,
    is_gzip boolean,
    uploaded_byte_count bigint default 0
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    job constant analytics.export_jobs := freshet.leased_export(note_export_upload.export_id, note_export_upload.lease_token);
begin
    update analytics.export_jobs as j
    set upload_url = note_export_upload.upload_url,
        is_gzip = note_export_upload.is_gzip,
        uploaded_byte_count = case
            when j.is_gzip <> note_export_upload.is_gzip then 0
            else greatest(j.uploaded_byte_count, note_export_upload.uploaded_byte_count)
        end,
        attempts_count = case
            when j.is_gzip <> note_export_upload.is_gzip or j.uploaded_byte_count < note_export_upload.uploaded_byte_count
                then 0
            else j.attempts_count
        end
    where j.export_id = job.export_id;
end
$$;

revoke all on function analytics.note_export_upload(uuid, uuid, text, boolean, bigint) from public, anon, authenticated;

grant execute on function analytics.note_export_upload(uuid, uuid, text, boolean, bigint) to service_role;

comment on function analytics.note_export_upload(uuid, uuid, text, boolean, bigint) is
    'Notes where an upload goes on (null: not resumable, or to be begun again), whether the object is gzip, and how many bytes the storage has. Service role only. Raises PT409 without the lease.';

-- Object: freshet.end_export()
-- Why: however an export ends, its pages and chunks go with its end.
create function freshet.end_export(export_id uuid, status text, error_code text default null, byte_count bigint default null)
returns analytics.export_jobs
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    job analytics.export_jobs;
begin
    delete from analytics.export_pages as p where p.export_id = end_export.export_id;
    delete from analytics.export_chunks as c where c.export_id = end_export.export_id;
    update analytics.export_jobs as j
    set status = end_export.status,
        error_code = end_export.error_code,
        byte_count = end_export.byte_count,
        -- An upload that made no object is ended when the object is removed.
        upload_url = case when end_export.status <> 'done' then j.upload_url end,
        lease_token = null,
        lease_until = null,
        finished_at = clock_timestamp(),
        expires_at = case when end_export.status = 'done' then clock_timestamp() + interval '24 hours' end
    where j.export_id = end_export.export_id
    returning j.* into job;
    -- Exports work again: what was reported of one that failed can end.
    if job.status = 'done' then
        perform analytics.report_answered('export/work');
    end if;
    return job;
end
$$;

revoke all on function freshet.end_export(uuid, text, text, bigint) from public, anon, authenticated;

comment on function freshet.end_export(uuid, text, text, bigint) is
    'Ends an export with the status done, failed or cancelled. The object of one that is done is kept for 24 hours.';

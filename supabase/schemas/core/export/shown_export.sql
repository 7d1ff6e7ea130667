-- Object: freshet.shown_export()
-- Why: one form of an export for the edge function, whichever function of the database gives it.
create function freshet.shown_export(job analytics.export_jobs)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'export_id', job.export_id,
        'resource', job.resource,
        'filters', job.filters,
        'format', job.format,
        'is_gzip', job.is_gzip,
        'has_bom', job.has_bom,
        'link_seconds', job.link_seconds,
        'status', job.status,
        'row_count', job.row_count,
        'done_count', job.done_count,
        'byte_count', job.byte_count,
        'withheld_count', job.snapshot -> 'withheld_count',
        'state', job.snapshot -> 'state',
        'object_name', job.object_name,
        'error_code', job.error_code,
        'requested_at', job.requested_at,
        'finished_at', job.finished_at,
        'expires_at', job.expires_at
    );
$$;

revoke all on function freshet.shown_export(analytics.export_jobs) from public, anon, authenticated;

comment on function freshet.shown_export(analytics.export_jobs) is
    'What the edge function export is given of an export: all but its request, its lease and its upload.';

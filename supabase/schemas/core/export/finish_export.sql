-- Object: analytics.finish_export()
create function analytics.finish_export(export_id uuid, lease_token uuid, byte_count bigint, error_code text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    job constant analytics.export_jobs := freshet.leased_export(finish_export.export_id, finish_export.lease_token);
begin
    if finish_export.error_code is null and job.status <> 'rendered' then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('export %s is %s, and not rendered', job.export_id, job.status),
            hint = 'Render all its pages and publish them before.';
    end if;
    return freshet.shown_export(freshet.end_export(
        job.export_id, case when finish_export.error_code is null then 'done' else 'failed' end, finish_export.error_code,
        finish_export.byte_count
    ));
end
$$;

revoke all on function analytics.finish_export(uuid, uuid, bigint, text) from public, anon, authenticated;

grant execute on function analytics.finish_export(uuid, uuid, bigint, text) to service_role;

comment on function analytics.finish_export(uuid, uuid, bigint, text) is
    'Ends an export: done, with the size of its object, or failed with a code. Service role only. Raises PT409 without the lease.';

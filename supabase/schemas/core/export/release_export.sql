-- Object: analytics.release_export()
-- Why: a call that has done its step, or that met a passing fault, lets the next one begin at once.
create function analytics.release_export(export_id uuid, lease_token uuid)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    job constant analytics.export_jobs := freshet.leased_export(release_export.export_id, release_export.lease_token);
begin
    update analytics.export_jobs as j set lease_token = null, lease_until = null where j.export_id = job.export_id;
end
$$;

revoke all on function analytics.release_export(uuid, uuid) from public, anon, authenticated;

grant execute on function analytics.release_export(uuid, uuid) to service_role;

comment on function analytics.release_export(uuid, uuid) is
    'Ends the lease of an export that is not finished. Service role only. Raises PT409 without the lease.';

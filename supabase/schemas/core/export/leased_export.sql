-- Object: freshet.leased_export()
-- Why: each step of an export begins with the same question: does this call still hold the export?
create function freshet.leased_export(export_id uuid, lease_token uuid)
returns analytics.export_jobs
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    job analytics.export_jobs;
begin
    select j.* into job
    from analytics.export_jobs as j
    where j.export_id = leased_export.export_id and j.lease_token = leased_export.lease_token
    for update;
    if not found then
        raise exception using
            errcode = 'PT409',
            message = format('this call does not hold export %s', leased_export.export_id),
            hint = 'It was cancelled, or another call has taken it over: end without writing.';
    end if;
    return job;
end
$$;

revoke all on function freshet.leased_export(uuid, uuid) from public, anon, authenticated;

comment on function freshet.leased_export(uuid, uuid) is
    'The export, locked, if the token is that of its lease. Raises PT409 otherwise.';

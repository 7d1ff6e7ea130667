-- Object: analytics.cancel_export()
-- Why: the token of the lease goes at once, so that a call that works on the export is refused at its next step.
create function analytics.cancel_export(export_id uuid, caller jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    job analytics.export_jobs;
begin
    select j.* into job
    from analytics.export_jobs as j
    where j.export_id = cancel_export.export_id
        and j.caller_kind = caller ->> 'kind'
        and j.caller_id is not distinct from caller ->> 'subject'
        and j.org_id is not distinct from caller ->> 'org_id'
    for update;
    if not found then
        return null;
    end if;
    if job.finished_at is null then
        job := freshet.end_export(job.export_id, 'cancelled');
    elsif job.status = 'done' then
        -- The job that removes objects does so within a minute.
        update analytics.export_jobs as j
        set status = 'cancelled', expires_at = clock_timestamp()
        where j.export_id = job.export_id
        returning j.* into job;
    end if;
    return freshet.shown_export(job);
end
$$;

revoke all on function analytics.cancel_export(uuid, jsonb) from public, anon, authenticated;

grant execute on function analytics.cancel_export(uuid, jsonb) to service_role;

comment on function analytics.cancel_export(uuid, jsonb) is
    'Cancels an export of this caller; the object of one that is done is removed. One that failed, expired or was cancelled stays so. Null for another caller''s and for an unknown id. Service role only. Idempotent.';

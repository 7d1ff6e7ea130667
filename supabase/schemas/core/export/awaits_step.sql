-- Object: freshet.awaits_step()
-- Why: the call that took an export does its first step itself, and answers with the file where it is small. Only after a
--      while does another call begin it.
create function freshet.awaits_step(job analytics.export_jobs)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select job.finished_at is null
        and (job.lease_until is null or job.lease_until < clock_timestamp())
        and (job.status <> 'queued' or job.requested_at < clock_timestamp() - interval '15 seconds');
$$;

revoke all on function freshet.awaits_step(analytics.export_jobs) from public, anon, authenticated;

comment on function freshet.awaits_step(analytics.export_jobs) is
    'Whether an export is left to whichever call comes next: no call holds it, and it is not just being taken.';

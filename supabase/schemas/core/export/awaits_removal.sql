-- Object: freshet.awaits_removal()
-- Why again after five minutes: the storage may not have answered; and a call that lost its export to a cancellation may
--      store the object after its removal, until it has ended (see analytics.forget_export_object).
create function freshet.awaits_removal(job analytics.export_jobs)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select job.finished_at is not null
        and not job.is_removed
        and coalesce(job.expires_at, job.finished_at) <= clock_timestamp()
        and (job.removal_tried_at is null or job.removal_tried_at < clock_timestamp() - interval '5 minutes');
$$;

revoke all on function freshet.awaits_removal(analytics.export_jobs) from public, anon, authenticated;

comment on function freshet.awaits_removal(analytics.export_jobs) is
    'Whether the object of an export that is over is to be removed now: no call has tried so in the last five minutes.';

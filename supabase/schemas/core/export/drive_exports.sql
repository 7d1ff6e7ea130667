-- Object: analytics.drive_exports()
-- Why: the edge function asks for its own next step through the database, which holds the secret that signs such calls; and
--      the job asks where a call ended without a word. It asks only where there is work.
-- Why all calls are the job's: most steps are called by the function itself. In the ledger such a call would belong to no
--      job, and no incident would tell that it failed.
create function analytics.drive_exports()
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    request bigint;
begin
    if not exists (
        select from analytics.export_jobs as j
        where j.finished_at is null and freshet.awaits_step(j)
    ) and not exists (
        select from analytics.export_jobs as j
        where j.finished_at is not null and not j.is_removed and freshet.awaits_removal(j)
    ) then
        return false;
    end if;
    request := analytics.invoke_function('export', timeout => '150 seconds');
    update analytics.http_calls as c
    set job_name = 'drive-exports', planned_at = date_trunc('minute', now())
    where c.request_id = request and c.function_name = 'export' and c.job_name is null;
    return true;
end
$$;

revoke all on function analytics.drive_exports() from public, anon, authenticated;

grant execute on function analytics.drive_exports() to service_role;

comment on function analytics.drive_exports() is
    'Calls the edge function export where an export waits for its next step or an object for its removal. Returns whether it did. Service role only.';

select analytics.register_job(
    job_name => 'drive-exports',
    schedule => '* * * * *',
    command => $job$set statement_timeout = '30s'; set lock_timeout = '5s'; select analytics.drive_exports()$job$,
    late_after => '10 minutes',
    max_runtime => '1 minute'
);

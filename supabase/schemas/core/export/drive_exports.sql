-- Object: analytics.drive_exports()
-- Why: the edge function asks for its own next step through the database, which holds the secret that signs such calls; and
--      the job asks where a call ended without a word. It asks only where there is work.
create function analytics.drive_exports()
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (
        select from analytics.export_jobs as j
        where j.finished_at is null and freshet.awaits_step(j)
    ) and analytics.removable_exports(1) = '[]' then
        return false;
    end if;
    perform analytics.invoke_function('export', timeout => '150 seconds');
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

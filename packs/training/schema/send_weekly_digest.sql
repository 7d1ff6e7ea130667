-- Object: analytics.send_weekly_digest()
-- Why: planning is SQL and sending is HTTP. The function sends for seconds only; analytics.resume_weekly_digest() calls it
--      again while mails are left.
create function analytics.send_weekly_digest(week_on date default null)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    planned_count bigint;
begin
    if not exists (select from analytics.digest_settings as s where s.is_on) then
        return null;
    end if;
    planned_count := analytics.plan_digests(week_on);
    perform analytics.resume_weekly_digest();
    return planned_count;
end
$$;

revoke all on function analytics.send_weekly_digest(date) from public, anon, authenticated;

comment on function analytics.send_weekly_digest(date) is
    'Plans the digests of a week, by default of the last whole one, and calls the function that sends them. Returns how many were planned, null while digests are off. Idempotent: a planned week is not planned again.';

select analytics.register_job(
    job_name => 'send-weekly-digest',
    schedule => '0 8 * * 1',
    command => 'set statement_timeout = ''5min''; select analytics.send_weekly_digest()'
);

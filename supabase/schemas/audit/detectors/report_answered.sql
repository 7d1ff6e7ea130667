-- Object: analytics.report_answered()
-- Why: an incident about a failing resource has to end; see analytics.failed_answers.
create function analytics.report_answered(resource text)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update analytics.failed_answers as f
    set last_answered_at = clock_timestamp()
    where f.resource = report_answered.resource;
$$;

revoke all on function analytics.report_answered(text) from public, anon, authenticated;

grant execute on function analytics.report_answered(text) to service_role;

comment on function analytics.report_answered(text) is
    'A function that has reported a failure of this resource reports that it answers again. Service role only. Idempotent.';

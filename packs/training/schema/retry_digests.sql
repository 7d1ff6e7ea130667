-- Object: analytics.retry_digests()
-- Why: whether a failed mail should be sent again is an operator's decision: one in doubt may have arrived.
create function analytics.retry_digests(week_on date)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
begin
    delete from analytics.digest_deliveries as d where d.week_on = week_on and d.status = 'failed';
    return analytics.plan_digests(week_on);
end
$$;

revoke all on function analytics.retry_digests(date) from public, anon, authenticated;

comment on function analytics.retry_digests(date) is
    'Plans the failed mails of a week again, with the figures of now, and returns how many mails were planned. The job resume-weekly-digest sends them within a minute.';

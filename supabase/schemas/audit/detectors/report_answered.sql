-- Object: analytics.report_answered()
-- Grain: failed_answers: one row per resource whose answer has failed by a fault of ours
-- Why: a refresh may succeed and its rows still not fit their resource. Then every caller gets 500, and nothing in the database
--      knows. So the function says so, once a minute for each resource and isolate at most, without a word of what was asked.
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
    'A function that has reported a failure of this resource says that it answers again. Service role only. Idempotent.';

-- Object: freshet.http_evidence()
-- Why: pg_cron writes "succeeded" when a request was queued. A failed answer, or an unknown outcome, is a finding of
--      its own, counted once a call as failed runs are counted once a run.
create function freshet.http_evidence(call analytics.http_calls)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'job', call.job_name,
        'schedule', freshet.schedule_of_job(call.job_name),
        'runid', call.runid,
        'call_id', call.call_id,
        'function', call.function_name,
        'http_status', call.status_code,
        'failure_class', freshet.http_failure_class(call),
        'planned_at', call.planned_at,
        'queued_at', call.queued_at,
        'message', case
            when call.outcome = 'unknown' and call.harvested_at is not null then format(
                '%s took call %s (%s) and had not reported its completion by %s',
                n.callee, call.call_id, coalesce(call.status_code::text, 'timed out'), call.deadline_at
            )
            when call.outcome = 'unknown' then format(
                'no answer of %s to call %s was stored by %s, and no completion written: whether it ran is not known',
                n.callee, call.call_id, call.deadline_at
            )
            when call.completion = 'failed' then concat_ws(
                ': ', format('%s reported that it failed', n.callee), call.completion_detail
            )
            when call.is_timed_out then format('%s did not answer in time: %s', n.callee, call.error)
            when call.status_code is null then format('no answer from %s: %s', n.callee, call.error)
            else format('%s answered %s%s', n.callee, call.status_code, ' (' || call.answer_code || ')')
        end
    )
    from (
        select case
            when call.function_name like '//%' then format('host %s', substr(call.function_name, 3))
            else format('function "%s"', call.function_name)
        end as callee
    ) as n;
$$;

revoke all on function freshet.http_evidence(analytics.http_calls) from public, anon, authenticated;

comment on function freshet.http_evidence(analytics.http_calls) is 'The content of an alert about a call.';

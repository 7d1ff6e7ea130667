-- Object: private.http_failure_class(), private.http_evidence(), private.detect_http_calls(); kinds http_failed, unknown_outcome
-- Why: pg_cron writes "succeeded" when a request was queued. What the function answered, or that nobody knows what it
--      answered, is a finding of its own, counted once a call as failed runs are counted once a run.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values
    ('http_failed', 'error', true, 'A run succeeded in queueing its HTTP call, and the call failed.'),
    ('unknown_outcome', 'warning', true, 'Nothing is known of an HTTP call: no answer was stored, and no completion written.');

create function private.http_failure_class(call analytics.http_calls)
returns text
language sql
immutable
set search_path = ''
as $$
    select case
        when call.outcome <> 'failed' then null
        when call.completion = 'failed' then 'reported'
        when call.is_timed_out then 'timeout'
        when call.status_code is null then 'connection'
        -- A wrong key, a wrong name, a wrong address: it will fail the same way until a person changes something.
        when call.status_code in (401, 403, 404) or call.status_code between 300 and 399 then 'config'
        when call.status_code >= 500 then 'server'
        else 'client'
    end;
$$;
revoke all on function private.http_failure_class(analytics.http_calls) from public, anon, authenticated;
comment on function private.http_failure_class(analytics.http_calls) is
    'Why a call failed: reported, timeout, connection, config, server or client; null when it did not.';

create function private.http_evidence(call analytics.http_calls)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'job', call.job_name,
        'schedule', coalesce(
            (select d.schedule from analytics.scheduled_jobs as d where d.job_name = call.job_name),
            (select j.schedule from cron.job as j where j.jobname = call.job_name order by j.jobid limit 1)
        ),
        'runid', call.runid,
        'call_id', call.call_id,
        'function', call.function_name,
        'http_status', call.status_code,
        'failure_class', private.http_failure_class(call),
        'planned_at', call.planned_at,
        'queued_at', call.queued_at,
        'message', case
            when call.outcome = 'unknown' and call.harvested_at is not null then format(
                'function "%s" took call %s (%s) and had not reported its completion by %s',
                call.function_name, call.call_id, coalesce(call.status_code::text, 'timed out'), call.deadline_at
            )
            when call.outcome = 'unknown' then format(
                'no answer of function "%s" to call %s was stored by %s, and no completion written: whether it ran is not known',
                call.function_name, call.call_id, call.deadline_at
            )
            when call.completion = 'failed' then concat_ws(
                ': ', format('function "%s" reported that it failed', call.function_name), call.completion_detail
            )
            when call.is_timed_out then format('function "%s" did not answer in time: %s', call.function_name, call.error)
            when call.status_code is null then format('no answer from function "%s": %s', call.function_name, call.error)
            else format(
                'function "%s" answered %s%s', call.function_name, call.status_code, ' (' || call.answer_code || ')'
            )
        end
    );
$$;
revoke all on function private.http_evidence(analytics.http_calls) from public, anon, authenticated;
comment on function private.http_evidence(analytics.http_calls) is 'What an alert about a call says.';

create function private.detect_http_calls()
returns void
language plpgsql
set search_path = ''
as $$
declare
    call analytics.http_calls;
    is_known boolean;
begin
    -- In the order in which outcomes became known; a call by hand is seen by the hand.
    for call in
        select c.*
        from analytics.http_calls as c
        where c.outcome <> 'pending' and not c.is_observed
        order by c.settled_at, c.call_id
        for update of c skip locked
    loop
        update analytics.http_calls as c set is_observed = true where c.call_id = call.call_id;
        continue when call.job_name is null;
        is_known := call.outcome <> 'unknown';

        -- Good news of what was never bad is no news, and is most of what there is to read.
        if not is_known or private.is_watched('unknown_outcome', call.job_name) then
            perform private.observe(
                kind => 'unknown_outcome',
                subject => call.job_name,
                state => case when is_known then 'ok' else 'bad' end,
                observed_at => call.settled_at,
                evidence => private.http_evidence(call),
                seen_since => call.queued_at
            );
        end if;
        -- What is not known neither breaks a streak of failures nor adds to it.
        continue when not is_known;
        if call.outcome = 'failed' or private.is_watched('http_failed', call.job_name) then
            perform private.observe(
                kind => 'http_failed',
                subject => call.job_name,
                state => case call.outcome when 'failed' then 'bad' else 'ok' end,
                observed_at => call.settled_at,
                evidence => private.http_evidence(call),
                seen_since => call.queued_at
            );
        end if;
    end loop;

    -- An audit that does not even see its own job cannot say that another one is gone.
    if exists (select from cron.job as j where j.jobname = 'analytics-cron-audit') then
        perform private.withdraw_subjects(k.kind, known.subjects)
        from (values ('http_failed'), ('unknown_outcome')) as k (kind)
        cross join (
            select coalesce(array_agg(n.job_name), '{}') as subjects
            from (
                select j.jobname::text as job_name from cron.job as j where j.jobname is not null
                union
                select d.job_name from analytics.scheduled_jobs as d
            ) as n
        ) as known;
    end if;
end
$$;
revoke all on function private.detect_http_calls() from public, anon, authenticated;
comment on function private.detect_http_calls() is
    'Kinds http_failed and unknown_outcome, from calls that were settled since the last pass. Not idempotent: each outcome is observed once.';

create function private.is_watched(kind text, subject text)
returns boolean
language sql
stable
set search_path = ''
as $$
    select exists (
        select
        from analytics.findings as f
        where f.kind = is_watched.kind and f.subject = is_watched.subject and f.state <> 'ok'
    ) or exists (
        select
        from analytics.incidents as i
        where i.kind = is_watched.kind and i.subject = is_watched.subject and i.closed_at is null
    );
$$;
revoke all on function private.is_watched(text, text) from public, anon, authenticated;
comment on function private.is_watched(text, text) is 'Whether a good observation would change anything.';

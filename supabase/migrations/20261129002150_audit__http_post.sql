-- Object: private.open_call(), analytics.http_post(), analytics.http_get(), and analytics.invoke_function(), private.current_run(),
--         private.http_evidence() (replaced)
-- Why: a job that calls net.http_post itself leaves no row in the ledger, and pg_net does not say who asked. The same call
--      by another schema's name does, so that such a job is repaired by one word of its command.

create or replace function private.current_run(out runid bigint, out job_name text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    -- pg_cron tells a command nothing of its run; but the run knows the process and the command. By runid, its only
    -- index, and no further back than a run that has only just been started can be.
    select d.runid, coalesce(j.jobname::text, 'jobid:' || j.jobid) into current_run.runid, current_run.job_name
    from cron.job_run_details as d
    join cron.job as j on j.jobid = d.jobid
    where d.runid > (select max(newest.runid) - 1000 from cron.job_run_details as newest)
        and d.job_pid = pg_backend_pid()
        and d.command = current_query()
    order by d.runid desc
    limit 1;

    -- Without history (cron.log_run = off), or called as the job would call: the command alone, where it is of one job.
    if not found then
        select min(coalesce(j.jobname::text, 'jobid:' || j.jobid)) into current_run.job_name
        from cron.job as j
        where j.command = current_query()
        having count(*) = 1;
    end if;
exception
    -- A call matters more than knowing whose it is.
    when undefined_table or undefined_column or invalid_schema_name or insufficient_privilege then
        null;
end
$$;

create function private.open_call(callee text, deadline_in interval, awaits_completion boolean)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    run record;
    in_seconds boolean;
    new_call_id bigint;
begin
    -- Any role may put a trigger there, which would run as the owner of the function that queues. One that is about to be
    -- committed keeps the queue locked: the insert would wait for it and then fire it. So the wait comes first, and none is
    -- made from here on.
    lock table net.http_request_queue in row exclusive mode;
    if exists (select from private.find_net_triggers() as f where f.subject = 'net.http_request_queue') then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('cannot invoke %s: a foreign trigger stands on net.http_request_queue', callee),
            hint = 'docs/runbook/net_tampered.md: see whose it is, and drop it.';
    end if;

    -- Each call saves the answers to those before it, so that none grows 6 hours old, even while no audit runs.
    begin
        perform private.harvest_responses();
    exception
        when others then
            raise warning 'answers to earlier calls were not saved [%]: %', sqlstate, sqlerrm;
    end;

    select * into run from private.current_run();
    in_seconds := exists (select from cron.job as j where j.jobname = run.job_name and j.schedule ~ 'second');
    insert into analytics.http_calls (
        function_name, job_name, runid, planned_at, deadline_at, awaits_completion
    )
    values (
        regexp_replace(callee, '^function "(.*)"$', '\1'),
        run.job_name,
        run.runid,
        case when run.job_name is null then null when in_seconds then now() else date_trunc('minute', now()) end,
        clock_timestamp() + deadline_in,
        open_call.awaits_completion
    )
    returning call_id into new_call_id;
    return new_call_id;
end
$$;
revoke all on function private.open_call(text, interval, boolean) from public, anon, authenticated;
comment on function private.open_call(text, interval, boolean) is
    'Notes in the ledger that a call is about to be queued, and for which run, and returns its call_id. callee: function "<name>", or //<host>. Raises 55000 under a foreign trigger.';

comment on column analytics.http_calls.function_name is
    'The edge function that was called; //<host> for another address. Its path may hold a key, and is not kept.';

create or replace function analytics.invoke_function(
    name text,
    body jsonb default '{}',
    -- One slow call holds up its whole batch in pg_net.
    timeout interval default '30 seconds',
    complete_within interval default null
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- pg_net stores an answer when the batch of its request has ended, and may be busy with another one.
    grace constant interval := interval '2 minutes';
    project_url constant text := private.vault_secret('project_url');
    call_secret constant text := private.vault_secret('freshet_call_secret');
    signed_at constant bigint := extract(epoch from clock_timestamp())::bigint;
    new_call_id bigint;
    new_request_id bigint;
begin
    -- The name becomes a part of the path: another part would call something else of the project.
    if name is null or name !~ '^[A-Za-z][A-Za-z0-9_-]{0,127}$' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot invoke function "%s": that is no name of a function', name),
            hint = 'A name is one path segment: a letter, then letters, digits, "_" and "-".';
    end if;
    if project_url is null or call_secret is null then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format(
                'cannot invoke function "%s": %s is missing in Vault',
                name, case when project_url is null then 'project_url' else 'freshet_call_secret' end
            ),
            hint = case
                when project_url is null
                    then 'select vault.create_secret(value, ''project_url''), with the https address of the project.'
                else 'select analytics.rotate_call_secret(), which makes it.'
            end;
    end if;
    if not timeout between interval '1 millisecond' and interval '1 hour' or complete_within < timeout then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot invoke function "%s": timeout is %s, complete_within %s', name, timeout, complete_within),
            hint = 'timeout is at most an hour, and complete_within, when given, not shorter than it.';
    end if;

    new_call_id := private.open_call(
        format('function "%s"', name), coalesce(complete_within, timeout + grace), complete_within is not null
    );
    new_request_id := net.http_post(
        url := rtrim(project_url, '/') || '/functions/v1/' || name,
        body := body,
        headers := jsonb_build_object(
            'Content-Type', 'application/json',
            'Freshet-Call-Id', new_call_id::text,
            'Freshet-Call-Time', signed_at::text,
            'Freshet-Signature', private.call_signature(
                call_secret, name, new_call_id, signed_at,
                encode(sha256(convert_to(coalesce(body::text, ''), 'UTF8')), 'hex')
            )
        ),
        timeout_milliseconds := (extract(epoch from timeout) * 1000)::integer
    );
    update analytics.http_calls as c set request_id = new_request_id where c.call_id = new_call_id;
    return new_request_id;
end
$$;
comment on function analytics.invoke_function(text, jsonb, interval, interval) is
    'Queues POST /functions/v1/<name> through pg_net, signed, notes it in the ledger and returns the request id. complete_within: an answer only says that the call was taken, and the function reports its own completion (analytics.complete_call) by then. Raises 55000 when a secret is missing or a foreign trigger would see the call, 22023 for what is no name. Not idempotent: each call is one request.';

create function private.callee_of(url text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        'function "' || substring(url from '^[a-z]+://[^/?#]+/functions/v1/([A-Za-z][A-Za-z0-9_-]{0,127})(?:[/?#]|$)') || '"',
        -- Without what stands before "@", which is a password.
        '//' || substring(url from '^[a-zA-Z]+://(?:[^/?#@]*@)?([^/?#@]+)'),
        '//'
    );
$$;
revoke all on function private.callee_of(text) from public, anon, authenticated;
comment on function private.callee_of(text) is 'What of an address the ledger keeps: the name of the edge function, or the host.';

create function analytics.http_post(
    url text,
    body jsonb default '{}'::jsonb,
    params jsonb default '{}'::jsonb,
    headers jsonb default '{"Content-Type": "application/json"}'::jsonb,
    timeout_milliseconds integer default 5000
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    grace constant interval := interval '2 minutes';
    new_call_id constant bigint := private.open_call(
        private.callee_of(url), make_interval(secs => coalesce(timeout_milliseconds, 5000) / 1000.0) + grace, false
    );
    new_request_id constant bigint := net.http_post(
        url := url, body := body, params := params, headers := headers, timeout_milliseconds := timeout_milliseconds
    );
begin
    update analytics.http_calls as c set request_id = new_request_id where c.call_id = new_call_id;
    return new_request_id;
end
$$;
revoke all on function analytics.http_post(text, jsonb, jsonb, jsonb, integer) from public, anon, authenticated;
comment on function analytics.http_post(text, jsonb, jsonb, jsonb, integer) is
    'net.http_post, noted in the ledger under the job that calls: what comes of it is audited. Same arguments, same answer. Not idempotent: each call is one request.';

create function analytics.http_get(
    url text,
    params jsonb default '{}'::jsonb,
    headers jsonb default '{}'::jsonb,
    timeout_milliseconds integer default 5000
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    grace constant interval := interval '2 minutes';
    new_call_id constant bigint := private.open_call(
        private.callee_of(url), make_interval(secs => coalesce(timeout_milliseconds, 5000) / 1000.0) + grace, false
    );
    new_request_id constant bigint := net.http_get(
        url := url, params := params, headers := headers, timeout_milliseconds := timeout_milliseconds
    );
begin
    update analytics.http_calls as c set request_id = new_request_id where c.call_id = new_call_id;
    return new_request_id;
end
$$;
revoke all on function analytics.http_get(text, jsonb, jsonb, integer) from public, anon, authenticated;
comment on function analytics.http_get(text, jsonb, jsonb, integer) is
    'net.http_get, noted in the ledger under the job that calls: what comes of it is audited. Same arguments, same answer. Not idempotent: each call is one request.';

create or replace function private.http_evidence(call analytics.http_calls)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
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

-- Object: analytics.invoke_function(name, body, timeout, complete_within), private.vault_secret(), private.current_run()
-- Why: scheduled HTTP calls go one way: to this project, with the key named cron, both from Vault, and through the
--      ledger. No key and no host ever stands in a job's command.

create function private.vault_secret(name text)
returns text
language sql
stable
set search_path = ''
as $$
    select s.decrypted_secret from vault.decrypted_secrets as s where s.name = vault_secret.name;
$$;
revoke all on function private.vault_secret(text) from public, anon, authenticated;
comment on function private.vault_secret(text) is 'A secret of Vault, null when there is none of the name.';

create function private.current_run(out runid bigint, out job_name text)
language plpgsql
stable
set search_path = ''
as $$
begin
    -- pg_cron tells a command nothing of its run; but the run knows the process and the command. By runid, its only
    -- index, and no further back than a run that has only just been started can be.
    select d.runid, j.jobname into current_run.runid, current_run.job_name
    from cron.job_run_details as d
    join cron.job as j on j.jobid = d.jobid
    where d.runid > (select max(newest.runid) - 1000 from cron.job_run_details as newest)
        and d.job_pid = pg_backend_pid()
        and d.command = current_query()
    order by d.runid desc
    limit 1;

    -- Without history (cron.log_run = off), or called as the job would call: the command alone, where it is of one job.
    if not found then
        select min(j.jobname) into current_run.job_name
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
revoke all on function private.current_run() from public, anon, authenticated;
comment on function private.current_run() is 'Which job and run of pg_cron this statement belongs to, as far as that can be told.';

create function analytics.invoke_function(
    name text,
    body jsonb default '{}',
    -- One slow call holds up its whole batch in pg_net.
    timeout interval default '30 seconds',
    complete_within interval default null
)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
    -- pg_net stores an answer when the batch of its request has ended, and may be busy with another one.
    grace constant interval := interval '2 minutes';
    project_url constant text := private.vault_secret('project_url');
    cron_key constant text := private.vault_secret('cron_secret_key');
    run record;
    in_seconds boolean;
    new_call_id bigint;
    new_request_id bigint;
begin
    if project_url is null or cron_key is null then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format(
                'cannot invoke function "%s": %s is missing in Vault',
                name, case when project_url is null then 'project_url' else 'cron_secret_key' end
            ),
            hint = 'select vault.create_secret(value, name): project_url is the https address of the project, cron_secret_key its secret API key named cron.';
    end if;
    if not timeout between interval '1 millisecond' and interval '1 hour' or complete_within < timeout then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot invoke function "%s": timeout is %s, complete_within %s', name, timeout, complete_within),
            hint = 'timeout is at most an hour, and complete_within, when given, not shorter than it.';
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
        name,
        run.job_name,
        run.runid,
        case when run.job_name is null then null when in_seconds then now() else date_trunc('minute', now()) end,
        clock_timestamp() + coalesce(complete_within, timeout + grace),
        complete_within is not null
    )
    returning call_id into new_call_id;

    new_request_id := net.http_post(
        url := rtrim(project_url, '/') || '/functions/v1/' || name,
        body := body,
        headers := jsonb_build_object(
            'Content-Type', 'application/json', 'apikey', cron_key, 'Freshet-Call-Id', new_call_id::text
        ),
        timeout_milliseconds := (extract(epoch from timeout) * 1000)::integer
    );
    update analytics.http_calls as c set request_id = new_request_id where c.call_id = new_call_id;
    return new_request_id;
end
$$;
revoke all on function analytics.invoke_function(text, jsonb, interval, interval) from public, anon, authenticated;
comment on function analytics.invoke_function(text, jsonb, interval, interval) is
    'Queues POST /functions/v1/<name> through pg_net, notes it in the ledger and returns the request id. complete_within: an answer only says that the call was taken, and the function reports its own completion (analytics.complete_call) by then. Raises 55000 when a secret is missing. Not idempotent: each call is one request.';

-- Object: analytics.invoke_function()
-- Why: scheduled HTTP calls go one way: to this project's host, which comes from Vault, signed with Vault's secret, and
--      through the ledger. The command of a job never holds a key or a host.
create function analytics.invoke_function(
    name text,
    body jsonb default '{}',
    -- One slow call delays its whole batch in pg_net.
    timeout interval default '30 seconds',
    complete_within interval default null
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- pg_net stores an answer when the batch of its request has ended, and may be busy with another batch.
    grace constant interval := interval '2 minutes';
    project_url constant text := freshet.vault_secret('project_url');
    call_secret constant text := freshet.vault_secret('freshet_call_secret');
    signed_at constant bigint := extract(epoch from clock_timestamp())::bigint;
    new_call_id bigint;
    new_request_id bigint;
begin
    -- The name becomes one segment of the path: a second segment would call something else in the project.
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

    new_call_id := freshet.open_call(
        format('function "%s"', name), coalesce(complete_within, timeout + grace), complete_within is not null
    );
    new_request_id := net.http_post(
        url := rtrim(project_url, '/') || '/functions/v1/' || name,
        body := body,
        headers := jsonb_build_object(
            'Content-Type', 'application/json',
            'Freshet-Call-Id', new_call_id::text,
            'Freshet-Call-Time', signed_at::text,
            'Freshet-Signature', freshet.call_signature(
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

revoke all on function analytics.invoke_function(text, jsonb, interval, interval) from public, anon, authenticated;

comment on function analytics.invoke_function(text, jsonb, interval, interval) is
    'Queues a signed POST /functions/v1/<name> through pg_net, notes it in the ledger and returns the request id. complete_within: an answer only says that the call was accepted, and the function reports its own completion (analytics.complete_call) by then. Raises 55000 when a secret is missing or a foreign trigger would see the call, 22023 for an invalid name. Not idempotent: each call is one request.';

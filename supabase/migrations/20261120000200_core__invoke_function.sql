-- Object: analytics.invoke_function(name, body)
-- Why: scheduled HTTP calls go one way: to this project, with the key named cron, both from Vault. No key and no host
--      ever stands in a job's command.

create function analytics.invoke_function(name text, body jsonb default '{}')
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
    project_url constant text := (
        select s.decrypted_secret from vault.decrypted_secrets as s where s.name = 'project_url'
    );
    cron_key constant text := (
        select s.decrypted_secret from vault.decrypted_secrets as s where s.name = 'cron_secret_key'
    );
begin
    if project_url is null or cron_key is null then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format(
                'cannot invoke function "%s": secret "%s" is missing in Vault',
                name, case when project_url is null then 'project_url' else 'cron_secret_key' end
            ),
            hint = 'select vault.create_secret(value, name): project_url is the https address of the project, cron_secret_key its secret API key named cron.';
    end if;
    return net.http_post(
        url := rtrim(project_url, '/') || '/functions/v1/' || name,
        body := body,
        headers := jsonb_build_object('Content-Type', 'application/json', 'apikey', cron_key),
        -- One slow call holds up its whole batch in pg_net.
        timeout_milliseconds := 30000
    );
end
$$;
revoke all on function analytics.invoke_function(text, jsonb) from public, anon, authenticated;
comment on function analytics.invoke_function(text, jsonb) is
    'Queues POST /functions/v1/<name> through pg_net and returns the request id. Raises 55000 when a secret is missing. Not idempotent: each call is one request.';

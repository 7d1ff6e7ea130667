-- Object: freshet.http_failure_class()
-- Why: says who has to act: the function, the network, or the configuration.
create function freshet.http_failure_class(call analytics.http_calls)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when call.outcome <> 'failed' then null
        when call.completion = 'failed' then 'reported'
        when call.is_timed_out then 'timeout'
        when call.status_code is null then 'connection'
        -- A wrong key, name or address: it will fail the same way until a person changes something.
        when call.status_code in (401, 403, 404) or call.status_code between 300 and 399 then 'config'
        when call.status_code >= 500 then 'server'
        else 'client'
    end;
$$;

revoke all on function freshet.http_failure_class(analytics.http_calls) from public, anon, authenticated;

comment on function freshet.http_failure_class(analytics.http_calls) is
    'Why a call failed: reported, timeout, connection, config, server or client; null when it did not.';

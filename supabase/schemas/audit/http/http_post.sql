-- Object: analytics.http_post()
-- Why: a job that calls net.http_post itself leaves no row in the ledger, and pg_net does not say which job called. The
--      same call in schema analytics does, so that such a job is repaired by changing one word of its command.
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
    new_call_id constant bigint := freshet.open_call(
        freshet.callee_of(url), make_interval(secs => coalesce(timeout_milliseconds, 5000) / 1000.0) + grace, false
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
    'net.http_post, noted in the ledger under the calling job, so that its outcome is audited. Same arguments, same result. Not idempotent: each call is one request.';

-- Object: analytics.http_get()
-- Why: puts a job that calls net.http_get under audit; see analytics.http_post().
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
    new_call_id constant bigint := freshet.open_call(
        freshet.callee_of(url), make_interval(secs => coalesce(timeout_milliseconds, 5000) / 1000.0) + grace, false
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
    'net.http_get, noted in the ledger under the calling job, so that its outcome is audited. Same arguments, same result. Not idempotent: each call is one request.';

-- Object: freshet.tells_timeout()
-- Why: before August 2025 pg_net reported a timeout by its message alone.
create function freshet.tells_timeout(status_code integer, error_msg text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select status_code is null and coalesce(error_msg, '') ~* 'time(d\s*|-?)out';
$$;

revoke all on function freshet.tells_timeout(integer, text) from public, anon, authenticated;

comment on function freshet.tells_timeout(integer, text) is
    'Whether the message of an answer reports a timeout, in the words of curl or of pg_net.';

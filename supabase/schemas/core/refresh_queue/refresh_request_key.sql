create function private.refresh_request_key(id bigint)
returns bigint
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select hashtextextended('freshet.refresh_request:' || id, 0);
$$;

revoke all on function private.refresh_request_key(bigint) from public, anon, authenticated;

comment on function private.refresh_request_key(bigint) is
    'Advisory lock of a request: exclusive while a job works on it, shared by who is told that it waits, until their transaction ends.';

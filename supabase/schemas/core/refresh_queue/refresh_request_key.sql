-- Object: freshet.refresh_request_key()
-- Why: a running request is not committed, so other sessions recognise it by its lock.
create function freshet.refresh_request_key(id bigint)
returns bigint
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select hashtextextended('freshet.refresh_request:' || id, 0);
$$;

revoke all on function freshet.refresh_request_key(bigint) from public, anon, authenticated;

comment on function freshet.refresh_request_key(bigint) is
    'Advisory lock of a request: exclusive while a job works on it; shared by a caller whose answer says that the request waits, until that caller''s transaction ends.';

-- Object: freshet.refresh_request_key()
-- Grain: refresh_requests: one row per request that was taken; refresh_request_views: one row per view of it
-- Why: whoever calls over HTTP is cut off after eight seconds, and a refresh may take ten minutes. So a refresh is asked for, a job
--      does it, and what became of it is looked up. An event or an export asks in the same way.
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
    'Advisory lock of a request: exclusive while a job works on it, shared by who is told that it waits, until their transaction ends.';

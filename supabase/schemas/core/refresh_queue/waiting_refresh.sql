-- Object: freshet.waiting_refresh()
-- Why: a caller shares a request that has not begun; a running one may have read its sources before the caller's write.
create function freshet.waiting_refresh(view_name text, pack text)
returns analytics.refresh_requests
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    candidate bigint;
    request analytics.refresh_requests;
begin
    for candidate in
        select r.id
        from analytics.refresh_requests as r
        where r.finished_at is null
            and r.view_name is not distinct from waiting_refresh.view_name
            and r.pack is not distinct from waiting_refresh.pack
        order by r.id
    loop
        -- A running request may have read its sources before the caller's write, so it does not count. A waiting one
        -- cannot begin before this transaction has ended, so it sees what the transaction wrote.
        if pg_try_advisory_xact_lock_shared(freshet.refresh_request_key(candidate)) then
            -- Checked again under the lock: it may have run and ended since the list was made.
            select r.* into request
            from analytics.refresh_requests as r
            where r.id = candidate
                and r.finished_at is null
                and not exists (
                    select from analytics.refresh_request_views as v where v.request_id = r.id and v.outcome is not null
                );
            if found then
                return request;
            end if;
        end if;
    end loop;
    return null;
end
$$;

revoke all on function freshet.waiting_refresh(text, text) from public, anon, authenticated;

comment on function freshet.waiting_refresh(text, text) is
    'The request for this view or pack that has not begun, and will not before the caller''s transaction has ended; null where there is none.';

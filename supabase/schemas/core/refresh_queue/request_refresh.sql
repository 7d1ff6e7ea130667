-- Object: freshet.request_refresh(), analytics.request_refresh()
-- Why: a refresh may take longer than a call over HTTP may; see analytics.refresh_requests.
create function freshet.request_refresh(view_name text, pack text, requested_by text)
returns analytics.refresh_requests
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    request analytics.refresh_requests;
begin
    if num_nonnulls(view_name, pack) <> 1 then
        raise exception using
            errcode = 'PT400',
            message = 'a refresh is asked for one view or for one pack',
            hint = 'Give exactly one of view_name and pack.';
    end if;
    if not exists (
        select from analytics.views as v where v.view_name = request_refresh.view_name or v.pack = request_refresh.pack
    ) then
        raise exception using
            errcode = 'PT404',
            message = case
                when pack is null then format('unknown view "%s"', view_name)
                else format('unknown pack "%s"', pack)
            end,
            hint = 'select view_name, pack from analytics.health_check() lists the registered views.';
    end if;

    request := freshet.waiting_refresh(view_name, pack);
    if request.id is null then
        -- Of two callers at once the second waits until the first has committed, and finds its request.
        perform pg_advisory_xact_lock(hashtextextended(format('freshet.request:%s:%s', view_name, pack), 0));
        request := freshet.waiting_refresh(view_name, pack);
    end if;
    if request.id is null then
        insert into analytics.refresh_requests (view_name, pack, requested_by)
        values (request_refresh.view_name, request_refresh.pack, request_refresh.requested_by)
        returning * into request;
        insert into analytics.refresh_request_views (request_id, view_name, place)
        select request.id, o.view_name, row_number() over (order by o.depth, o.view_name)
        from freshet.refresh_order() as o
        join analytics.views as v on v.view_name = o.view_name
        where v.view_name = request_refresh.view_name or v.pack = request_refresh.pack;
    end if;
    return request;
end
$$;

create function analytics.request_refresh(view_name text default null, pack text default null, asked_by text default null)
returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.ask_refresh(view_name, pack, asked_by);
$$;

revoke all on function freshet.request_refresh(text, text, text) from public, anon, authenticated;

revoke all on function analytics.request_refresh(text, text, text) from public, anon, authenticated;

grant execute on function analytics.request_refresh(text, text, text) to authenticated, service_role;

comment on function freshet.request_refresh(text, text, text) is
    'The one way into the queue: returns the waiting request for this view or pack, or a new one. It begins after the caller''s transaction has ended and sees what that wrote. Checks no caller.';

comment on function analytics.request_refresh(text, text, text) is
    'Operators only: requests a refresh of one view, or of one pack, and answers at once as analytics.refresh_request does. A waiting request for the same is returned again; a running one is not, since it may have begun before the caller''s write. Admins, and readers by a demanded age: once a minute for each view (PT429). asked_by: admin or reader, where the holder of the functions'' key requests for one.';

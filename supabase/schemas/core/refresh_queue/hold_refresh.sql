-- Object: freshet.hold_refresh()
-- Why: a job takes one view after another, each with its own time limit. The limit of a statement counts from its begin, so
--      the view is chosen in one statement, which sets the limit, and refreshed in the next one. What was chosen is
--      committed before the work begins, so that an attempt which kills its process was counted.
create function freshet.hold_refresh(request_id bigint, view_name text)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    is_mine constant boolean := current_setting('freshet.held_request', true) is not distinct from request_id::text;
begin
    if not is_mine and not pg_try_advisory_lock(freshet.refresh_request_key(request_id)) then
        return false;
    end if;
    -- Looked at again under the lock: another job may have done it since it was chosen. A view that is being refreshed, by its
    -- schedule or for another request, comes when that has ended: what that reads may be older than this request.
    if exists (
            select
            from analytics.refresh_request_views as v
            where v.request_id = hold_refresh.request_id and v.view_name = hold_refresh.view_name and v.outcome is null
        )
        and pg_try_advisory_lock(hashtextextended('freshet.refresh:' || view_name, 0))
    then
        perform set_config('freshet.held_request', request_id::text, false);
        return true;
    end if;
    perform pg_advisory_unlock(freshet.refresh_request_key(request_id));
    if is_mine then
        perform set_config('freshet.held_request', '', false);
    end if;
    return false;
end
$$;

revoke all on function freshet.hold_refresh(bigint, text) from public, anon, authenticated;

comment on function freshet.hold_refresh(bigint, text) is
    'Takes the locks of a request and of its next view for this session; false where somebody else has one of them. The first is kept from view to view.';

-- Object: freshet.hold_refresh()
-- Why: two jobs and the schedules may reach the same view at once; only one may refresh it, and no job waits.
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
    -- Checked again under the lock: another job may have refreshed it since it was chosen. A view that is being
    -- refreshed, by its schedule or for another request, is refreshed again afterwards: that refresh may read data
    -- older than this request.
    if exists (
            select
            from analytics.refresh_request_views as v
            where v.request_id = hold_refresh.request_id and v.view_name = hold_refresh.view_name and v.outcome is null
        )
        and not freshet.awaits_source(request_id, view_name)
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
    'Takes the locks of a request and of its next view for this session; false where another session has one of them, or a source of the view is refreshed first. The request''s lock is kept from view to view.';

-- Object: freshet.ask_refresh()
-- Why: operators request refreshes over HTTP. A person may do so once a minute for each view, through the queue or
--      manual_refresh. The secret key has no limit: repeated requests share the one that waits.
create function freshet.ask_refresh(view_name text, pack text, asked_by text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    request analytics.refresh_requests;
    -- A person is known by the claim; what the holder of the functions' key says about the caller behind it is trusted.
    caller constant text := case
        when analytics.is_admin() then 'admin'
        when asked_by in ('admin', 'reader') then asked_by
        else 'service'
    end;
begin
    perform freshet.assert_operator();
    request := freshet.waiting_refresh(view_name, pack);
    if request.id is null then
        if caller <> 'service' then
            perform freshet.assert_refresh_is_due(view_name, pack);
        end if;
        request := freshet.request_refresh(view_name, pack, caller);
    end if;
    return freshet.refresh_request(request.id);
end
$$;

revoke all on function freshet.ask_refresh(text, text, text) from public, anon, authenticated;

grant execute on function freshet.ask_refresh(text, text, text) to authenticated, service_role;

comment on function freshet.ask_refresh(text, text, text) is
    'Checks the caller, then requests the refresh. Called through analytics.request_refresh.';

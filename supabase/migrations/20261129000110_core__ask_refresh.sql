-- Object: private.ask_refresh(), analytics.request_refresh(), private.assert_refresh_is_due()
-- Why: operators ask for refreshes over HTTP. A person may do so once a minute for each view, by the queue or by
--      manual_refresh. The secret key has no limit: however often it asks, what waits is one.

create function private.assert_refresh_is_due(view_name text, pack text)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
    last_at timestamptz;
begin
    select max(b.began_at) into last_at
    from (
        select l.view_name, l.started_at as began_at
        from analytics.refresh_log as l
        where l.requested_by in ('manual', 'request')
            and l.outcome <> 'skipped_busy'
            and l.started_at > now() - interval '1 minute'
        union all
        -- One that goes on has no row in the ledger yet.
        select r.view_name, r.claimed_at
        from analytics.refresh_request_views as r
        where r.claimed_at > now() - interval '1 minute'
    ) as b
    left join analytics.views as v on v.view_name = b.view_name
    where (assert_refresh_is_due.view_name is null or b.view_name = assert_refresh_is_due.view_name)
        and (assert_refresh_is_due.pack is null or v.pack = assert_refresh_is_due.pack);
    if last_at is not null then
        raise exception using
            errcode = 'PT429',
            message = 'a manual refresh ran less than a minute ago',
            detail = format(
                'Try again in %s seconds.', greatest(1, ceil(extract(epoch from last_at + interval '1 minute' - now())))
            ),
            hint = 'Scheduled refreshes go on as usual.';
    end if;
end
$$;
revoke all on function private.assert_refresh_is_due(text, text) from public, anon, authenticated;
comment on function private.assert_refresh_is_due(text, text) is
    'Raises PT429 where the view, one of the pack, or with neither any view, was refreshed by hand or by request less than a minute ago.';

create function private.ask_refresh(view_name text, pack text, asked_by text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    request analytics.refresh_requests;
    -- A person is known by the claim; what the functions' key says of the caller behind it is believed.
    caller constant text := case
        when analytics.is_admin() then 'admin'
        when asked_by in ('admin', 'reader') then asked_by
        else 'service'
    end;
begin
    perform private.assert_operator();
    request := private.waiting_refresh(view_name, pack);
    if request.id is null then
        if caller <> 'service' then
            perform private.assert_refresh_is_due(view_name, pack);
        end if;
        request := private.request_refresh(view_name, pack, caller);
    end if;
    return private.refresh_request(request.id);
end
$$;
revoke all on function private.ask_refresh(text, text, text) from public, anon, authenticated;
grant execute on function private.ask_refresh(text, text, text) to authenticated, service_role;
comment on function private.ask_refresh(text, text, text) is 'Checks the caller, then asks. Reached through analytics.request_refresh.';

create function analytics.request_refresh(view_name text default null, pack text default null, asked_by text default null)
returns jsonb
language sql
set search_path = ''
as $$
    select private.ask_refresh(view_name, pack, asked_by);
$$;
revoke all on function analytics.request_refresh(text, text, text) from public, anon, authenticated;
grant execute on function analytics.request_refresh(text, text, text) to authenticated, service_role;
comment on function analytics.request_refresh(text, text, text) is
    'Operators only: asks for a refresh of one view, or of one pack, and answers at once as analytics.refresh_request does. While a request for the same waits, that one is answered; one that runs does not count, since it may have begun before the caller''s write. Admins, and readers by a demanded age: once a minute for each view (PT429). asked_by: admin or reader, where the functions'' key asks for one.';

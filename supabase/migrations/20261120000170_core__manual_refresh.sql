-- Object: analytics.manual_refresh(view_name), private.attempt_refresh(view_name)
-- Why: an admin can refresh at once, at most once a minute for each view, as far as it takes no longer than a call may; what
--      takes longer is asked for in the queue (core__refresh_requests). A failure is an outcome in the ledger here, not
--      an exception: its row must survive, both as evidence and for the limit.

create function private.attempt_refresh(view_name text)
returns analytics.refresh_log
language plpgsql
set search_path = ''
-- One blocked view must not keep those after it waiting. (A statement_timeout would have no effect here.)
set lock_timeout = '5s'
as $$
declare
    entry analytics.refresh_log;
begin
    entry.view_name := view_name;
    entry.requested_by := 'manual';
    entry.started_at := clock_timestamp();
    return analytics.refresh_view(view_name, 'manual');
exception
    when query_canceled or others then
        entry.outcome := 'failed';
        entry.sqlstate := sqlstate;
        entry.message := sqlerrm;
        return private.log_refresh(entry);
end
$$;
revoke all on function private.attempt_refresh(text) from public, anon, authenticated;
comment on function private.attempt_refresh(text) is
    'Refreshes a view and returns its ledger row, failed or not: what one view does is undone alone.';

create function private.manual_refresh(view_name text)
returns setof analytics.refresh_log
language plpgsql
security definer
set search_path = ''
as $$
declare
    wanted text;
    wait_until timestamptz;
begin
    perform private.assert_operator();
    if view_name is not null and not exists (select from analytics.views as v where v.view_name = manual_refresh.view_name) then
        raise exception using
            errcode = 'undefined_table',
            message = format('unknown view "%s"', view_name),
            hint = 'select view_name from analytics.health_check() lists the registered views.';
    end if;

    select max(l.started_at) + interval '1 minute' into wait_until
    from analytics.refresh_log as l
    where l.requested_by = 'manual'
        and l.outcome <> 'skipped_busy'
        and (manual_refresh.view_name is null or l.view_name = manual_refresh.view_name)
        and l.started_at > now() - interval '1 minute';
    if wait_until is not null then
        raise exception using
            errcode = 'PT429',
            message = 'a manual refresh ran less than a minute ago',
            detail = format(
                'Try again in %s seconds.', ceil(extract(epoch from wait_until - now()))
            ),
            hint = 'Scheduled refreshes go on as usual.';
    end if;

    for wanted in
        select o.view_name
        from private.refresh_order() as o
        where manual_refresh.view_name is null or o.view_name = manual_refresh.view_name
    loop
        return next private.attempt_refresh(wanted);
    end loop;
end
$$;
revoke all on function private.manual_refresh(text) from public, anon, authenticated;
grant execute on function private.manual_refresh(text) to authenticated, service_role;
comment on function private.manual_refresh(text) is 'Checks the caller, then refreshes. Reached through analytics.manual_refresh.';

create function analytics.manual_refresh(view_name text default null)
returns setof analytics.refresh_log
language sql
set search_path = ''
as $$
    select * from private.manual_refresh(view_name);
$$;
revoke all on function analytics.manual_refresh(text) from public, anon, authenticated;
grant execute on function analytics.manual_refresh(text) to authenticated, service_role;
comment on function analytics.manual_refresh(text) is
    'Admins only: refreshes one view, or all in order of dependency, and returns a ledger row for each. At most once a minute; PT429 (HTTP 429) otherwise.';

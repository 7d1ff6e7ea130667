-- Object: freshet.manual_refresh(), analytics.manual_refresh()
-- Why: an admin can refresh at once, at most once a minute for each view, if it takes no longer than a call may; a
--      longer refresh goes into the queue (analytics.request_refresh). An incident that the refresh has repaired closes
--      here and does not wait for the next slot of a nightly job.
create function freshet.manual_refresh(view_name text)
returns setof analytics.refresh_log
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted text;
    entry analytics.refresh_log;
    is_canceled boolean := false;
begin
    perform freshet.assert_operator();
    if view_name is not null and not exists (select from analytics.views as v where v.view_name = manual_refresh.view_name) then
        raise exception using
            errcode = 'undefined_table',
            message = format('unknown view "%s"', view_name),
            hint = 'select view_name from analytics.health_check() lists the registered views.';
    end if;
    perform freshet.assert_refresh_is_due(view_name, null);

    for wanted in
        select o.view_name
        from freshet.refresh_order() as o
        where manual_refresh.view_name is null or o.view_name = manual_refresh.view_name
    loop
        -- A statement's limit cancels once: without this the remaining views would be refreshed without any limit.
        if is_canceled then
            return next freshet.refresh_not_tried(wanted);
            continue;
        end if;
        entry := freshet.attempt_refresh(wanted);
        is_canceled := entry.sqlstate is not distinct from '57014';
        return next entry;
    end loop;
    -- Last, so that no incident is locked while a view is refreshed.
    perform freshet.close_repaired();
end
$$;

create function analytics.manual_refresh(view_name text default null)
returns setof analytics.refresh_log
language sql
set search_path = pg_catalog, pg_temp
set statement_timeout = '60s'
as $$
    select * from freshet.manual_refresh(view_name);
$$;

revoke all on function freshet.manual_refresh(text) from public, anon, authenticated;

grant execute on function freshet.manual_refresh(text) to authenticated, service_role;

revoke all on function analytics.manual_refresh(text) from public, anon, authenticated;

grant execute on function analytics.manual_refresh(text) to authenticated, service_role;

comment on function freshet.manual_refresh(text) is
    'Checks the caller, then refreshes. Called through analytics.manual_refresh.';

comment on function analytics.manual_refresh(text) is
    'Admins only: refreshes one view, or all in order of dependency, and returns a ledger row for each. At most once a minute for each view, requests to the queue included; PT429 (HTTP 429) otherwise. A call over the data API ends after 60 seconds; views that it did not reach have outcome not_tried and no row in the ledger: analytics.request_refresh() has the view''s own limit.';

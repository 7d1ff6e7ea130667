-- Object: private.manual_refresh() (replaced), and the time limits of what refreshes within a call
-- Why: a call over the data API has the eight seconds of its role, unless the function that is called carries a limit of its own,
--      which PostgREST applies from 12.2 on. A minute is what a caller waits for; what takes longer belongs into the
--      queue. In a direct session these limits do nothing: there the session's own counts.

alter function analytics.manual_refresh(text) set statement_timeout = '60s';
alter function analytics.refresh_view(text, text) set statement_timeout = '60s';
alter function analytics.refresh_all_views() set statement_timeout = '60s';
alter function public.refresh_reporting_views() set statement_timeout = '60s';
alter function public.analytics_refresh_heatmap() set statement_timeout = '60s';

create or replace function private.manual_refresh(view_name text)
returns setof analytics.refresh_log
language plpgsql
security definer
set search_path = ''
as $$
declare
    wanted text;
begin
    perform private.assert_operator();
    if view_name is not null and not exists (select from analytics.views as v where v.view_name = manual_refresh.view_name) then
        raise exception using
            errcode = 'undefined_table',
            message = format('unknown view "%s"', view_name),
            hint = 'select view_name from analytics.health_check() lists the registered views.';
    end if;
    perform private.assert_refresh_is_due(view_name, null);

    for wanted in
        select o.view_name
        from private.refresh_order() as o
        where manual_refresh.view_name is null or o.view_name = manual_refresh.view_name
    loop
        return next private.attempt_refresh(wanted);
    end loop;
end
$$;

comment on function analytics.manual_refresh(text) is
    'Admins only: refreshes one view, or all in order of dependency, and returns a ledger row for each. At most once a minute for each view, with what was asked of the queue; PT429 (HTTP 429) otherwise. A call over the data API ends after 60 seconds: analytics.request_refresh() has the view''s own limit.';
comment on function analytics.refresh_all_views() is
    'Refreshes every registered view, sources before the views that read them, and returns a row for each: outcome refreshed, skipped_clean, skipped_busy, failed or not_tried. A view that fails is undone alone. Idempotent. Service role only; admins have analytics.manual_refresh(). A call over the data API ends after 60 seconds: analytics.request_refresh(pack => …) has each view''s own limit.';
comment on function public.refresh_reporting_views() is
    'Refreshes every view of the training pack, sources first, and returns a ledger row for each; one that fails is undone alone. Admins: at most once a minute (PT429). Service role: as often as it likes. Anybody else gets 42501. A call over the data API ends after 60 seconds: analytics.request_refresh(pack => ''training'') has each view''s own limit.';

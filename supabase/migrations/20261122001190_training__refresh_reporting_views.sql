-- Object: public.refresh_reporting_views()
-- Why: the button of the reporting page: everything of the pack is brought up to date at once. It is no job: each view has
--      its own, so that one that fails is seen, and undone, alone.

create function private.refresh_reporting_views()
returns setof analytics.refresh_log
language plpgsql
security definer
set search_path = ''
as $$
declare
    is_person constant boolean := analytics.is_admin();
    wanted text;
begin
    perform private.assert_operator();
    for wanted in
        select o.view_name
        from private.refresh_order() as o
        join analytics.views as v on v.view_name = o.view_name
        where v.pack = 'training'
        order by o.depth, o.view_name
    loop
        if is_person then
            return query select l.* from private.manual_refresh(wanted) as l;
        else
            return next private.attempt_refresh(wanted);
        end if;
    end loop;
end
$$;
revoke all on function private.refresh_reporting_views() from public, anon, authenticated;
grant execute on function private.refresh_reporting_views() to authenticated, service_role;
comment on function private.refresh_reporting_views() is 'Checks the caller, then refreshes. Reached through public.refresh_reporting_views.';

create function public.refresh_reporting_views()
returns setof analytics.refresh_log
language sql
set search_path = ''
as $$
    select l.* from private.refresh_reporting_views() as l;
$$;
revoke all on function public.refresh_reporting_views() from public, anon, authenticated;
grant execute on function public.refresh_reporting_views() to authenticated, service_role;
comment on function public.refresh_reporting_views() is
    'Refreshes every view of the training pack, sources first, and returns a ledger row for each; one that fails is undone alone. Admins: at most once a minute (PT429). Service role: as often as it likes. Anybody else gets 42501.';

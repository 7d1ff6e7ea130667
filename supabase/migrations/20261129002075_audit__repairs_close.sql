-- Object: private.manual_refresh() (replaced)
-- Why: what a person has repaired is over, and need not wait for the next slot of a nightly job to be so.

create or replace function private.manual_refresh(view_name text)
returns setof analytics.refresh_log
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
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
    -- Last, so that no incident is held while a view is refreshed.
    perform private.close_repaired();
end
$$;

comment on function analytics.restore_job(text) is
    'Schedules a declared job again as it was declared, owned by the caller, and activates it; what was open about that is over. Another owner''s job of the name stays. Idempotent.';

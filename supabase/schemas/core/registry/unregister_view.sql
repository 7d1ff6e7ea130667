-- Object: analytics.unregister_view()
-- Why: the counterpart of analytics.register_view().
create function analytics.unregister_view(view_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    delete from analytics.views as v where v.view_name = unregister_view.view_name;
    perform cron.unschedule(j.jobname) from cron.job as j where j.jobname = 'refresh-' || view_name;
    perform freshet.withdraw_job('refresh-' || view_name);
end
$$;

revoke all on function analytics.unregister_view(text) from public, anon, authenticated;

comment on function analytics.unregister_view(text) is
    'Withdraws a view: registry row, job and declaration. The view itself and its ledger stay. Idempotent.';

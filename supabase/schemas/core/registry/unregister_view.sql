-- Object: analytics.unregister_view()
-- Why: removes what register_view made: the row, the job, its declaration, and the change trigger of each source that no
--      other view and no live relation reads. Keyed on names: jobids change.
create function analytics.unregister_view(view_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    sources constant regclass[] := array(
        select s.source from analytics.view_sources as s where s.view_name = unregister_view.view_name order by s.source::oid
    );
begin
    -- First: a refresh has it when it writes the row of the registry.
    perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0));
    if freshet.is_incremental(view_name) then
        -- Dropped by hand, or with a source that was dropped with cascade: then there is nothing to make of it.
        if to_regclass(format('analytics.%I', view_name)) is null or to_regclass(freshet.definition_of(view_name)) is null then
            execute format('drop view if exists %s', freshet.definition_of(view_name));
            delete from analytics.incremental_views as v where v.view_name = unregister_view.view_name;
            perform freshet.unwatch_keys(s.source) from unnest(sources) as s (source);
        else
            perform freshet.make_materialized(view_name);
        end if;
    end if;
    delete from analytics.views as v where v.view_name = unregister_view.view_name;
    perform cron.unschedule(j.jobname) from cron.job as j where j.jobname = 'refresh-' || view_name;
    perform freshet.withdraw_job('refresh-' || view_name);
    perform freshet.unwatch_source(s.source) from unnest(sources) as s (source);
end
$$;

revoke all on function analytics.unregister_view(text) from public, anon, authenticated;

comment on function analytics.unregister_view(text) is
    'Withdraws a view: registry row, job, declaration, and the change triggers that only it needed. The view itself and its ledger stay. Idempotent.';

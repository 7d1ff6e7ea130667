-- Object: freshet.watch_views(), detector of kinds not_refreshed and row_collapse
-- Why: the catalogue proves that a refresh happened, not the session that reports one: a refresh rewrites the view's
--      row of pg_class, even when no data has changed, and nothing else in normal operation does. That of an
--      incremental view does not, and PostgreSQL's counters of written rows arrive late: its proof is the rebuild, see
--      kind unexplained_rows.
create function freshet.watch_views()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    view record;
    is_untouched boolean;
    is_unrecorded boolean;
begin
    for view in
        -- One statement, one snapshot: the version and the catalogue's row belong together.
        select
            v.view_name, v.job_name, v.schedule, v.version, v.row_count,
            c.oid as relation, c.xmin::text as row_xmin, c.relfilenode as filenode,
            w.view_name is not null as is_known, w.version as old_version, w.row_baseline, w.judged_runid,
            c.relkind = 'm' and (w.relation, w.row_xmin, w.filenode) is not distinct from (c.oid, c.xmin::text, c.relfilenode) as is_same,
            p.last_success_runid, p.last_success_started_at
        from analytics.views as v
        join pg_catalog.pg_class as c on c.oid = to_regclass(format('analytics.%I', v.view_name))
        left join analytics.view_watch as w on w.view_name = v.view_name
        left join analytics.job_pace as p on p.job_name = v.job_name
        order by v.view_name
    loop
        is_untouched := view.is_known and view.version > view.old_version and view.is_same;
        is_unrecorded := view.is_known
            and view.last_success_runid > coalesce(view.judged_runid, 0)
            and not exists (
                select
                from analytics.refresh_log as l
                where l.view_name = view.view_name
                    -- The scheduler and the run read their clocks a moment apart.
                    and l.started_at >= view.last_success_started_at - interval '5 seconds'
            );

        if is_untouched or is_unrecorded then
            perform freshet.observe(
                kind => 'not_refreshed',
                subject => view.view_name,
                state => 'bad',
                observed_at => clock_timestamp(),
                evidence => jsonb_build_object(
                    'view', view.view_name, 'job', view.job_name, 'schedule', view.schedule, 'runid', view.last_success_runid,
                    'message', case
                        when is_untouched then format(
                            'its version moved from %s to %s, and the view was not written', view.old_version, view.version
                        )
                        else format('run %s succeeded, and did not refresh it', view.last_success_runid)
                    end
                )
            );
        elsif view.version > view.old_version
            or view.last_success_runid > coalesce(view.judged_runid, 0)
        then
            perform freshet.observe('not_refreshed', view.view_name, 'ok', clock_timestamp(), '{}');
        end if;

        if freshet.is_row_collapse(view.row_baseline, view.row_count) then
            perform freshet.observe(
                kind => 'row_collapse',
                subject => view.view_name,
                state => 'bad',
                observed_at => clock_timestamp(),
                evidence => jsonb_build_object(
                    'view', view.view_name, 'job', view.job_name, 'schedule', view.schedule,
                    'message', format('%s rows, and %s before', view.row_count, view.row_baseline)
                )
            );
        else
            perform freshet.observe('row_collapse', view.view_name, 'ok', clock_timestamp(), '{}')
            where exists (
                select from analytics.findings as f
                where f.kind = 'row_collapse' and f.subject = view.view_name and f.state = 'bad'
            );
        end if;

        insert into analytics.view_watch as w (view_name, relation, row_xmin, filenode, version, judged_runid, row_baseline)
        values (
            view.view_name, view.relation, view.row_xmin, view.filenode, view.version, view.last_success_runid, view.row_count
        )
        on conflict on constraint view_watch_pkey do update
        set relation = excluded.relation,
            row_xmin = excluded.row_xmin,
            filenode = excluded.filenode,
            version = excluded.version,
            judged_runid = excluded.judged_runid,
            row_baseline = case
                when freshet.is_row_collapse(w.row_baseline, excluded.row_baseline) then w.row_baseline
                else excluded.row_baseline
            end;
    end loop;

    perform freshet.withdraw_subjects(k.kind, array(select v.view_name from analytics.views as v))
    from (values ('not_refreshed'), ('row_collapse')) as k (kind);
end
$$;

revoke all on function freshet.watch_views() from public, anon, authenticated;

comment on function freshet.watch_views() is
    'Kinds not_refreshed and row_collapse: compares the ledger of each view with the catalogue, the runs and the previous row count.';

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    720, 'view_watch',
    'freshet.watch_views()',
    false
);

-- Object: freshet.watch_views(), detector of kinds not_refreshed and row_collapse
-- Why: the catalogue proves that a refresh happened, not the session that reports one; see freshet.write_mark(). Of an
--      incremental view the counters of written rows arrive late, so a version that moved alone is reported by a later pass.
--      Its ledger may say itself that a version moved without a row: the first fill of an empty view.
create function freshet.watch_views()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    view record;
    is_unproved boolean;
    is_untouched boolean;
    is_unrecorded boolean;
begin
    for view in
        -- One statement, one snapshot: the version and the catalogue's row belong together.
        select
            v.view_name, v.job_name, v.schedule, v.version, v.row_count,
            c.oid as relation, c.relkind = 'r' as is_incremental, m.write_mark, c.relfilenode as filenode,
            w.view_name is not null as is_known, w.version as old_version, w.row_baseline, w.judged_runid, w.unproved_at,
            coalesce((w.relation, w.write_mark, w.filenode) = (c.oid, m.write_mark, c.relfilenode), false) as is_same,
            p.last_success_runid, p.last_success_started_at
        from analytics.views as v
        join pg_catalog.pg_class as c on c.oid = to_regclass(format('analytics.%I', v.view_name))
        cross join lateral freshet.write_mark(c.oid) as m (write_mark)
        left join analytics.view_watch as w on w.view_name = v.view_name
        left join analytics.job_pace as p on p.job_name = v.job_name
        order by v.view_name
    loop
        is_unproved := view.is_known and view.version > view.old_version and view.is_same
            and not (view.is_incremental and exists (
                select
                from analytics.refresh_log as l
                where l.view_name = view.view_name and l.version = view.version
                    and l.group_count is null and l.changed_count = 0 and l.rows_after = 0
            ));
        is_untouched := is_unproved and (
            not view.is_incremental or coalesce(freshet.are_writes_counted(view.unproved_at), false)
        );
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
        elsif not is_unproved
            and (view.version > view.old_version or view.last_success_runid > coalesce(view.judged_runid, 0))
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

        insert into analytics.view_watch as w (
            view_name, relation, write_mark, filenode, version, judged_runid, row_baseline, unproved_at
        )
        values (
            view.view_name, view.relation, view.write_mark, view.filenode,
            -- While the proof may still come, the next pass compares with the same version.
            case when is_unproved and not is_untouched then view.old_version else view.version end,
            view.last_success_runid, view.row_count,
            case when is_unproved and not is_untouched then coalesce(view.unproved_at, clock_timestamp()) end
        )
        on conflict on constraint view_watch_pkey do update
        set relation = excluded.relation,
            write_mark = excluded.write_mark,
            filenode = excluded.filenode,
            version = excluded.version,
            unproved_at = excluded.unproved_at,
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

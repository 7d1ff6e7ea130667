-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- Careful: deletes what the column holds.
alter table analytics.view_watch drop column row_xmin;

alter table analytics.view_watch add column write_mark text;

alter table analytics.view_watch add column unproved_at timestamp with time zone;

-- supabase/schemas/audit/detectors/are_writes_counted.sql

-- Object: freshet.are_writes_counted()
-- Why: a session reports the rows that it wrote while it waits for its next command, at most a minute after the commit.
--      The jobs of the refresh queue commit several refreshes within one command, which may take long.
create function freshet.are_writes_counted(committed_by timestamptz, longest_wait interval default '2 minutes')
returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select committed_by <= clock_timestamp() - longest_wait
        and not exists (
            select
            from pg_catalog.pg_stat_activity as a
            where a.datname = current_database()
                and a.pid <> pg_backend_pid()
                and a.state <> 'idle'
                and least(a.xact_start, a.query_start) < committed_by + longest_wait / 2
        );
$$;

revoke all on function freshet.are_writes_counted(timestamptz, interval) from public, anon, authenticated;

comment on function freshet.are_writes_counted(timestamptz, interval) is
    'Whether PostgreSQL''s counters have the rows of each transaction that had committed at that moment. longest_wait: twice the time in which a session that waits reports them.';

-- supabase/schemas/audit/detectors/view_watch.sql

comment on column analytics.view_watch.version is 'The version that write_mark belongs to.';

comment on column analytics.view_watch.write_mark is 'freshet.write_mark() of the view: another one after each refresh that wrote it.';

comment on column analytics.view_watch.unproved_at is
    'Of an incremental view: when its version was first seen to have moved on while write_mark had not, which counters that are late explain. Null: nothing is open.';

-- supabase/schemas/audit/detectors/watch_views.sql

-- Object: freshet.watch_views(), detector of kinds not_refreshed and row_collapse
-- Why: the catalogue proves that a refresh happened, not the session that reports one; see freshet.write_mark(). Of an
--      incremental view the counters of written rows arrive late, so a version that moved alone is reported by a later pass.
--      Its ledger may say itself that a version moved without a row: the first fill of an empty view.
create or replace function freshet.watch_views()
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

-- supabase/schemas/audit/detectors/write_mark.sql

-- Object: freshet.write_mark()
-- Why: the catalogue proves that a refresh happened, not the session that reports one. REFRESH rewrites the row of a
--      materialized view in pg_class, even when no data has changed, and nothing else in normal operation does. The table
--      of an incremental view has PostgreSQL's counters of written rows; they begin again with the server, or when they
--      are reset, and without track_counts they prove nothing.
create function freshet.write_mark(relation oid)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        case
            when c.relkind = 'm' then c.xmin::text
            when current_setting('track_counts') = 'on' then format(
                '%s rows since %s',
                pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_updated(c.oid) + pg_stat_get_tuples_deleted(c.oid),
                greatest(
                    pg_postmaster_start_time(),
                    (select pg_stat_get_db_stat_reset_time(d.oid) from pg_catalog.pg_database as d where d.datname = current_database())
                )
            )
        end
    from pg_catalog.pg_class as c
    where c.oid = write_mark.relation;
$$;

revoke all on function freshet.write_mark(oid) from public, anon, authenticated;

comment on function freshet.write_mark(oid) is
    'A text that differs after each refresh that wrote the relation, once its session has reported its counters. Null where nothing is known.';

-- supabase/schemas/audit/kinds/groups_slow.sql

create function freshet.find_groups_slow()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        v.view_name,
        jsonb_build_object(
            'view', v.view_name,
            'slow_run_count', v.slow_run_count,
            'message', format(
                'at the last %s refreshes its groups were dearer than computing everything, which takes %s ms, and a group %s ms; %s',
                v.slow_run_count, round(v.rebuild_ms::numeric), round(v.group_ms::numeric, 1),
                coalesce(u.told, 'each source has an index for them')
            ),
            'repair_hint', u.remedy
        )
    from analytics.incremental_views as v
    cross join lateral (
        select
            string_agg(
                format('%s (reference %s) has no index over %s', r.source, r.reference, r.columns), '; ' order by r.source::text, r.reference
            ) as told,
            string_agg(format('create index on %s (%s);', r.source, r.columns), E'\n' order by r.source::text, r.reference) as remedy
        from freshet.unindexed_references(v.view_name) as r
    ) as u
    where v.slow_run_count >= 5;
$$;

revoke all on function freshet.find_groups_slow() from public, anon, authenticated;

comment on function freshet.find_groups_slow() is
    'Kind groups_slow: incremental views whose groups were dearer than computing everything at each of the last five refreshes, and the sources without a supporting index.';

-- supabase/schemas/audit/kinds/too_fast.sql

create or replace function freshet.detect_too_fast(runs freshet.audited_run[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- For a background worker, pg_cron records as end when it begins to listen, which may be at once.
    has_true_ends constant boolean := coalesce(
        (select g.setting = 'off' from pg_catalog.pg_settings as g where g.name = 'cron.use_background_workers'), true
    );
begin
    perform freshet.observe(
        kind => 'too_fast',
        subject => m.job_name,
        state => case when m.seconds < m.least_seconds then 'bad' else 'ok' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', m.job_name,
            'schedule', freshet.schedule_of_job(m.job_name),
            'runid', m.runid,
            'message', format('took %s seconds, expected at least %s', round(m.seconds, 2), round(m.least_seconds, 2))
        )
    )
    from (
        -- The declared minimum, for jobs that have one.
        select distinct on (r.job_name)
            r.job_name, r.runid,
            extract(epoch from r.ended_at - r.started_at) as seconds,
            extract(epoch from d.min_runtime) as least_seconds
        from unnest(runs) as r
        join analytics.scheduled_jobs as d on d.job_name = r.job_name
        where r.ending = 'succeeded' and d.min_runtime is not null and r.ended_at >= r.started_at and has_true_ends
            and not exists (select from analytics.views as v where v.job_name = r.job_name)
        order by r.job_name, r.runid desc
    ) as m
    where m.seconds < m.least_seconds
        or exists (select from analytics.findings as f where f.kind = 'too_fast' and f.subject = m.job_name and f.state <> 'ok')
    order by m.job_name;

    perform freshet.observe(
        kind => 'too_fast',
        subject => m.job_name,
        state => case when m.is_short then 'bad' else 'ok' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', m.job_name,
            'view', m.view_name,
            'schedule', m.schedule,
            'message', format('the last refresh took %s seconds, the median is %s', round(m.seconds, 2), round(m.median, 2))
        )
    )
    from (
        -- Below a second, noise of the machine exceeds the work.
        select u.*, u.median >= 1 and u.seconds < 0.2 * u.median and not freshet.is_incremental(u.view_name) as is_short
        from (
            -- The usual duration, for views: the ledger knows which refreshes were real. One of an incremental view takes as
            -- long as its changes do, and its ledger counts what it wrote.
            select
                v.job_name, v.view_name, v.schedule,
                max(d.seconds) filter (where d.place = 1) as seconds,
                percentile_cont(0.5) within group (order by d.seconds) filter (where d.place > 1)::numeric as median
            from analytics.views as v
            cross join lateral freshet.recent_durations(v.job_name) as d
            group by v.job_name, v.view_name, v.schedule
            having count(*) > 10
        ) as u
    ) as m
    where m.is_short
        or exists (select from analytics.findings as f where f.kind = 'too_fast' and f.subject = m.job_name and f.state <> 'ok')
    order by m.job_name;

    perform freshet.withdraw_subjects('too_fast', array(
        select p.job_name from analytics.job_pace as p
        union
        select v.job_name from analytics.views as v
    ));
end
$$;

comment on function freshet.detect_too_fast(freshet.audited_run[]) is
    'Kind too_fast: a run under the declared min_runtime, or a refresh of a materialized view under a fifth of the median of those before it.';

-- supabase/schemas/audit/kinds/groups_slow.sql

-- Kind: groups_slow
-- Means: a view that is refreshed by group gains nothing by it: its groups take longer than computing everything.
-- Why: most often a source has no index over the key of a group. Nothing is wrong with the rows, so it is a note.
-- Why five: a large import makes the groups dearer once or twice.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values (
    'groups_slow', 'info', false, false,
    'The groups of an incremental view take longer than computing everything, most often because a source lacks an index.'
)
on conflict (kind) do update set severity = excluded.severity, has_job_thresholds = excluded.has_job_thresholds, can_flap = excluded.can_flap, summary = excluded.summary;

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1050, 'groups_slow',
    'freshet.observe_findings(''groups_slow'', array(select f from freshet.find_groups_slow() as f), array(select v.view_name from analytics.views as v))',
    false
)
on conflict (detector) do update set place = excluded.place, call = excluded.call, needs_history = excluded.needs_history;

reset check_function_bodies;

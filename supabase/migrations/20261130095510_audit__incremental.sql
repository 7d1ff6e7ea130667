-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/audit/detectors/watch_slow_statements.sql

-- Object: freshet.watch_slow_statements()
-- Why: BI tools and other clients read the views past the functions, and only pg_stat_statements sees how long they
--      wait. Where the extension is missing, not loaded or closed to this role, nothing is known and nothing is found.
-- Why names: refreshes and audits are jobs with limits of their own; what names a view or a live relation of schema
--      analytics is a reader. The functions name it in an argument: their slow reads are of kind slow_read.
create or replace function freshet.watch_slow_statements(slow_ms numeric default 5000)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    is_first_pass constant boolean := not exists (select from analytics.slow_statements as s);
    extension_schema constant text := (
        select n.nspname from pg_catalog.pg_extension as e join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
        where e.extname = 'pg_stat_statements'
    );
    readers constant text := format(
        '"?analytics"?\."?(%s)\M',
        array_to_string(
            array(select l.live_name from analytics.live_relations as l)
            || array(select i.view_name from analytics.incremental_views as i) || array(
                select c.relname::text from pg_catalog.pg_class as c
                where c.relnamespace = 'analytics'::regnamespace and c.relkind in ('m', 'v')
            ), '|'
        )
    );
    marker constant bigint := 0;
begin
    if extension_schema is null then
        return;
    end if;
    -- The texts are in a file, which is read only if some entry was ever slow.
    execute format(
        $query$
            with candidates as materialized (
                select p.*
                from %1$I.pg_stat_statements(false) as p
                where p.dbid = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
                    and p.toplevel and p.queryid is not null and p.max_exec_time >= $2
            ),
            texts as materialized (
                select t.queryid, t.userid, t.dbid
                from %1$I.pg_stat_statements(exists (select from candidates)) as t
                where t.toplevel and t.query ~ $3
            )
            insert into analytics.slow_statements as s (queryid, userid, calls_count, total_ms, max_ms, last_slow_at, last_slow_ms)
            select
                c.queryid, c.userid, c.calls, c.total_exec_time::numeric, c.max_exec_time::numeric,
                case when not $1 then clock_timestamp() end,
                case when not $1 then c.max_exec_time::numeric end
            from candidates as c
            join texts as t on t.queryid = c.queryid and t.userid = c.userid and t.dbid = c.dbid
            on conflict on constraint slow_statements_pkey do update
            set calls_count = excluded.calls_count,
                total_ms = excluded.total_ms,
                max_ms = excluded.max_ms,
                seen_at = clock_timestamp(),
                last_slow_at = case when freshet.was_slow_since(s, excluded, $2) is not null then clock_timestamp() else s.last_slow_at end,
                last_slow_ms = coalesce(freshet.was_slow_since(s, excluded, $2), s.last_slow_ms)
        $query$,
        extension_schema
    )
    using is_first_pass, slow_ms, readers;
    -- A pass that found none has looked as well: the next one may judge.
    insert into analytics.slow_statements (queryid, userid, calls_count, total_ms, max_ms)
    values (marker, 0, 0, 0, 0)
    on conflict on constraint slow_statements_pkey do update set seen_at = clock_timestamp();
    delete from analytics.slow_statements as s where s.seen_at < clock_timestamp() - interval '7 days';
exception
    -- The extension is installed but not loaded, older than version 1.9, or closed to this role.
    when object_not_in_prerequisite_state or undefined_function or undefined_table or undefined_column or insufficient_privilege then
        return;
end
$$;

-- supabase/schemas/audit/detectors/watch_views.sql

-- Object: freshet.watch_views(), detector of kinds not_refreshed and row_collapse
-- Why: the catalogue proves that a refresh happened, not the session that reports one: a refresh rewrites the view's
--      row of pg_class, even when no data has changed, and nothing else in normal operation does. That of an
--      incremental view does not, and PostgreSQL's counters of written rows arrive late: its proof is the rebuild, see
--      kind unexplained_rows.
create or replace function freshet.watch_views()
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

-- supabase/schemas/audit/kinds/not_refreshable.sql

create or replace function freshet.detect_not_refreshable()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe(
        kind => 'not_refreshable',
        subject => v.view_name,
        state => case when v.flaw is null then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object('view', v.view_name, 'job', v.job_name, 'schedule', v.schedule, 'message', v.flaw)
    )
    from (
        select
            r.view_name, r.job_name, r.schedule,
            case
                when c.oid is null then 'the view does not exist'
                when i.view_name is not null and c.relkind <> 'r' then 'it is no table, as an incremental view is'
                when i.view_name is not null and to_regclass(freshet.definition_of(r.view_name)) is null
                    then format('its query %s does not exist', freshet.definition_of(r.view_name))
                when i.view_name is null and c.relkind <> 'm' then 'it is no materialized view'
                when not exists (
                    select from pg_catalog.pg_index as i
                    where i.indrelid = c.oid
                        and i.indisunique and i.indisvalid and i.indimmediate
                        and i.indpred is null
                        and not (0 = any (i.indkey::int2[]))
                ) then 'it has no valid unique index over plain columns'
            end as flaw
        from analytics.views as r
        left join analytics.incremental_views as i on i.view_name = r.view_name
        left join pg_catalog.pg_class as c on c.oid = to_regclass(format('analytics.%I', r.view_name))
    ) as v
    order by v.view_name;

    perform freshet.withdraw_subjects('not_refreshable', array(select v.view_name from analytics.views as v));
end
$$;

-- supabase/schemas/audit/kinds/source_unwatched.sql

create function freshet.find_source_unwatched()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with wanted as (
        -- A view's refresh logs its own change.
        select s.view_name, s.source, 'freshet_note_source_change' as trigger
        from analytics.view_sources as s
        join pg_catalog.pg_class as c on c.oid = s.source and c.relkind in ('r', 'p')
        where not exists (
            select from analytics.incremental_views as i where to_regclass(format('analytics.%I', i.view_name)) = s.source
        )
        union
        select m.view_name, m.source, 'freshet_log_' || e.event
        from analytics.view_mappings as m
        join pg_catalog.pg_class as c on c.oid = m.source
        cross join unnest(array['insert', 'update', 'delete', 'truncate']) as e (event)
    )
    select
        w.view_name,
        jsonb_build_object(
            'view', w.view_name,
            'message', format(
                'writes are not logged: %s',
                string_agg(format('%s has no enabled trigger %s', w.source, w.trigger), '; ' order by w.source::text, w.trigger)
            )
        )
    from wanted as w
    where not freshet.has_change_trigger(w.source, w.trigger)
    group by w.view_name;
$$;

revoke all on function freshet.find_source_unwatched() from public, anon, authenticated;

comment on function freshet.find_source_unwatched() is 'Kind source_unwatched: views of which a source lacks an enabled trigger.';

-- supabase/schemas/audit/kinds/stale.sql

create or replace function freshet.detect_stale()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe(
        kind => 'stale',
        subject => v.view_name,
        state => case
            -- It cannot be read at all: detect_unpopulated reports that.
            when not v.is_populated then 'unknown'
            when v.judged_age > coalesce(v.warn_after, v.stale_after) then 'bad'
            else 'ok'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'view', v.view_name,
            'job', v.job_name,
            'schedule', v.schedule,
            'verified_at', v.verified_at,
            'stale_after_seconds', extract(epoch from v.stale_after)::bigint,
            'age_seconds', extract(epoch from v.age)::bigint,
            'severity', case when v.judged_age <= v.stale_after then 'warning' else 'error' end,
            'message', case
                when v.verified_at is null then 'never refreshed since it was registered'
                else format(
                    'last verified %s seconds ago, objective %s seconds',
                    extract(epoch from v.age)::bigint, extract(epoch from v.stale_after)::bigint
                )
            end
        )
    )
    from (
        select
            r.*,
            -- A view has one objective's time for its first refresh.
            clock_timestamp() - coalesce(r.verified_at, r.registered_at) as age,
            clock_timestamp() - greatest(coalesce(r.verified_at, r.registered_at), (select freshet.judged_since())) as judged_age,
            coalesce(freshet.is_filled(r), true) as is_populated
        from analytics.views as r
    ) as v
    order by v.view_name;

    perform freshet.withdraw_subjects('stale', array(select v.view_name from analytics.views as v));
end
$$;

-- supabase/schemas/audit/kinds/unexplained_rows.sql

create function freshet.find_unexplained_rows()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        v.view_name,
        jsonb_build_object(
            'view', v.view_name,
            'unexplained_count', v.unexplained_count,
            'rebuilt_at', v.rebuilt_at,
            'message', format('%s rows differed from the query, and no logged change explains them', v.unexplained_count)
        )
    from analytics.incremental_views as v
    where v.unexplained_count > 0;
$$;

revoke all on function freshet.find_unexplained_rows() from public, anon, authenticated;

comment on function freshet.find_unexplained_rows() is 'Kind unexplained_rows: incremental views whose last judged rebuild found unexplained rows.';

-- supabase/schemas/audit/kinds/unpopulated.sql

create or replace function freshet.detect_unpopulated()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe(
        kind => 'unpopulated',
        subject => v.view_name,
        state => case
            when freshet.is_filled(v) then 'ok'
            -- A view created "with no data" has one objective's time for its first refresh, counted again from the
            -- first pass.
            when v.refreshed_at is null
                and greatest(v.registered_at, (select freshet.judged_since())) > clock_timestamp() - v.stale_after
                then 'ok'
            else 'bad'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'view', v.view_name,
            'job', v.job_name,
            'schedule', v.schedule,
            'message', case
                when v.refreshed_at is null then 'never refreshed since it was registered'
                else 'emptied "with no data" since its last refresh'
            end
        )
    )
    from analytics.views as v
    join pg_catalog.pg_class as c on c.oid = to_regclass(format('analytics.%I', v.view_name)) and c.relkind in ('m', 'r')
    order by v.view_name;

    perform freshet.withdraw_subjects('unpopulated', array(select v.view_name from analytics.views as v));
end
$$;

-- supabase/schemas/audit/kinds/source_unwatched.sql

-- Kind: source_unwatched
-- Means: a trigger that logs the writes to a source of a view is missing or disabled.
-- Why: the source counts as changed at each refresh, and everything is computed each time. The queue's jobs put the
--      trigger back within a minute; what is still reported then could not be watched.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values (
    'source_unwatched', 'error', false, false,
    'A trigger that logs the writes to a source of a view is missing or disabled: the view misses changes.'
)
on conflict (kind) do update set severity = excluded.severity, has_job_thresholds = excluded.has_job_thresholds, can_flap = excluded.can_flap, summary = excluded.summary;

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1045, 'source_unwatched',
    'freshet.observe_findings(''source_unwatched'', array(select f from freshet.find_source_unwatched() as f), array(select v.view_name from analytics.views as v))',
    false
)
on conflict (detector) do update set place = excluded.place, call = excluded.call, needs_history = excluded.needs_history;

-- supabase/schemas/audit/kinds/unexplained_rows.sql

-- Kind: unexplained_rows
-- Means: a view that is refreshed by group had rows that differed from its query, and no logged change explains them.
-- Why: a write was not logged, or keys are derived wrongly. The rebuild that found it has mended the rows, but the next
--      such write will be missed again until the next rebuild.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values (
    'unexplained_rows', 'error', false, false,
    'A rebuild of an incremental view had to write rows that no logged change explains: a write of its sources was not logged.'
)
on conflict (kind) do update set severity = excluded.severity, has_job_thresholds = excluded.has_job_thresholds, can_flap = excluded.can_flap, summary = excluded.summary;

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1040, 'unexplained_rows',
    'freshet.observe_findings(''unexplained_rows'', array(select f from freshet.find_unexplained_rows() as f), array(select v.view_name from analytics.views as v))',
    false
)
on conflict (detector) do update set place = excluded.place, call = excluded.call, needs_history = excluded.needs_history;

reset check_function_bodies;

-- Object: analytics.register_view(), analytics.unregister_view(), private.sources_of_view()
-- Why: the only way a view gets a schedule. It proves that the view can be refreshed concurrently, finds out what the
--      view reads, watches those sources for changes, and declares the job to the audit. Keyed on names: jobids change.

create function private.sources_of_view(view_name text)
returns table (source regclass, relkind "char")
language sql
stable
set search_path = ''
as $$
    with recursive reads as (
        select d.refobjid as relation, c.relkind
        from pg_catalog.pg_rewrite as r
        join pg_catalog.pg_depend as d
            on d.classid = 'pg_catalog.pg_rewrite'::regclass
            and d.objid = r.oid
            and d.refclassid = 'pg_catalog.pg_class'::regclass
            and d.refobjid <> r.ev_class
        join pg_catalog.pg_class as c on c.oid = d.refobjid
        where r.ev_class = format('analytics.%I', sources_of_view.view_name)::regclass
        union
        -- Through plain views only: a materialized view is a source with a version of its own.
        select d.refobjid, c.relkind
        from reads
        join pg_catalog.pg_rewrite as r on r.ev_class = reads.relation
        join pg_catalog.pg_depend as d
            on d.classid = 'pg_catalog.pg_rewrite'::regclass
            and d.objid = r.oid
            and d.refclassid = 'pg_catalog.pg_class'::regclass
            and d.refobjid <> r.ev_class
        join pg_catalog.pg_class as c on c.oid = d.refobjid
        where reads.relkind = 'v'
    )
    select reads.relation::regclass, reads.relkind from reads where reads.relkind <> 'v';
$$;
revoke all on function private.sources_of_view(text) from public, anon, authenticated;
comment on function private.sources_of_view(text) is
    'Tables and materialized views that a view reads. Reads hidden inside functions are not seen: name tables in the view itself.';

create function private.assert_refreshable(view_name text)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
    relation constant regclass := to_regclass(format('analytics.%I', view_name));
begin
    if not exists (select from pg_catalog.pg_class as c where c.oid = relation and c.relkind = 'm') then
        raise exception using
            errcode = 'undefined_table',
            message = format('cannot register "%s": no materialized view analytics.%s', view_name, view_name),
            hint = 'Create it in the same migration, in schema analytics, before register_view.';
    end if;
    if not exists (
        select from pg_catalog.pg_index as i
        where i.indrelid = relation
            and i.indisunique and i.indisvalid and i.indimmediate
            and i.indpred is null
            and not (0 = any (i.indkey::int2[]))
    ) then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('cannot register "%s": it has no plain unique index', view_name),
            hint = 'Concurrent refreshes need one over columns only, without a where clause: create unique index … on analytics.'
                || view_name || ' (key columns).';
    end if;
end
$$;
revoke all on function private.assert_refreshable(text) from public, anon, authenticated;
comment on function private.assert_refreshable(text) is 'Raises unless the view exists and can be refreshed concurrently.';

create function private.watch_source(source regclass, relkind "char")
returns void
language plpgsql
set search_path = ''
as $$
begin
    if relkind not in ('r', 'p', 'm') then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot watch %s: changes of this kind of relation cannot be seen', source),
            hint = 'Read from tables, partitioned tables, views over them, or registered materialized views.';
    end if;
    -- A materialized view tells of its change itself, in refresh_view.
    if relkind = 'm' or exists (
        select from pg_catalog.pg_trigger as t where t.tgrelid = source and t.tgname = 'freshet_note_source_change'
    ) then
        return;
    end if;
    execute format(
        'create trigger freshet_note_source_change after insert or update or delete or truncate on %s '
        'for each statement execute function private.note_source_change()', source
    );
end
$$;
revoke all on function private.watch_source(regclass, "char") from public, anon, authenticated;
comment on function private.watch_source(regclass, "char") is 'Puts the change trigger on a source table. Idempotent.';

create function analytics.register_view(
    view_name text,
    pack text,
    schedule text,
    stale_after interval,
    source_at text default null,
    rejects regclass default null,
    statement_timeout interval default '10 minutes',
    rebuild_after interval default '7 days',
    warn_after interval default null,
    source_warn_after interval default null,
    source_error_after interval default null
)
returns void
language plpgsql
set search_path = ''
as $$
declare
    job constant text := 'refresh-' || view_name;
    source_at_parts constant text[] := parse_ident(source_at);
    source_at_table constant regclass := case when source_at is not null
        then to_regclass(format('%I.%I', source_at_parts[1], source_at_parts[2])) end;
    -- Limits stand in the command: pg_cron does not apply those of a function.
    command constant text := format(
        'set statement_timeout = %L; set lock_timeout = ''5s''; select analytics.refresh_view(%L)',
        (extract(epoch from statement_timeout) * 1000)::bigint || 'ms', view_name
    );
begin
    perform private.assert_refreshable(view_name);
    if source_at is not null and not exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = source_at_table and a.attname = source_at_parts[3] and not a.attisdropped
    ) then
        raise exception using
            errcode = 'undefined_column',
            message = format('cannot register "%s": source_at names no column: "%s"', view_name, source_at),
            hint = 'Write it as schema.table.column, for example public.submissions.created_at.';
    end if;
    if source_at is null and coalesce(source_warn_after, source_error_after) is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot register "%s": source_warn_after and source_error_after need source_at', view_name),
            hint = 'Say which column tells the age of a source row: source_at => ''public.submissions.created_at''.';
    end if;
    execute format('revoke all on table analytics.%I from public, anon, authenticated', view_name);

    insert into analytics.views as v (
        view_name, pack, job_name, schedule, stale_after, warn_after, rebuild_after, statement_timeout,
        source_at_table, source_at_column, source_warn_after, source_error_after, rejects
    )
    values (
        register_view.view_name, register_view.pack, job, register_view.schedule,
        register_view.stale_after, register_view.warn_after, register_view.rebuild_after, register_view.statement_timeout,
        source_at_table, source_at_parts[3], register_view.source_warn_after, register_view.source_error_after,
        register_view.rejects
    )
    on conflict on constraint views_pkey do update
    set pack = excluded.pack,
        schedule = excluded.schedule,
        stale_after = excluded.stale_after,
        warn_after = excluded.warn_after,
        source_warn_after = excluded.source_warn_after,
        source_error_after = excluded.source_error_after,
        rebuild_after = excluded.rebuild_after,
        statement_timeout = excluded.statement_timeout,
        source_at_table = excluded.source_at_table,
        source_at_column = excluded.source_at_column,
        rejects = excluded.rejects,
        -- What the view reads may be different now: the next refresh is a real one.
        source_snapshot = null;

    delete from analytics.view_sources as s where s.view_name = register_view.view_name;
    insert into analytics.view_sources (view_name, source)
    select register_view.view_name, r.source from private.sources_of_view(view_name) as r;
    perform private.watch_source(r.source, r.relkind) from private.sources_of_view(view_name) as r;

    perform cron.schedule(job, schedule, command);
    perform private.declare_job(
        job_name => job,
        schedule => schedule,
        command => command,
        late_after => interval '5 minutes',
        max_runtime => statement_timeout
    );
end
$$;
revoke all on function analytics.register_view(
    text, text, text, interval, text, regclass, interval, interval, interval, interval, interval
)
    from public, anon, authenticated;
comment on function analytics.register_view(
    text, text, text, interval, text, regclass, interval, interval, interval, interval, interval
) is
    'Registers a materialized view of schema analytics and schedules job refresh-<view>. Idempotent. source_at: schema.table.column of the newest source row; rejects: plain view of the source values left out; warn_after, source_warn_after, source_error_after: when the audit speaks of the age of the rows and of their sources.';

create function analytics.unregister_view(view_name text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    delete from analytics.views as v where v.view_name = unregister_view.view_name;
    perform cron.unschedule(j.jobname) from cron.job as j where j.jobname = 'refresh-' || view_name;
    perform private.withdraw_job('refresh-' || view_name);
end
$$;
revoke all on function analytics.unregister_view(text) from public, anon, authenticated;
comment on function analytics.unregister_view(text) is
    'Withdraws a view: registry row, job and declaration. The view itself and its ledger stay. Idempotent.';

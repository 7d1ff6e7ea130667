-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

drop function freshet.refresh_groups(text);

alter table analytics.refresh_log add column group_count bigint;

alter table analytics.refresh_log add column changed_count bigint;

alter table analytics.refresh_log add column unexplained_count bigint;

alter table analytics.incremental_views add column slow_run_count integer default 0 not null;

alter table analytics.incremental_views add constraint incremental_views_slow_run_count_check CHECK ((slow_run_count >= 0));

-- supabase/schemas/core/incremental/build_statements.sql

-- Object: freshet.build_statements()
-- Why: a refresh is one statement, so that it reads the keys, computes the groups and takes the snapshot at the same
--      moment: the rows are those of one moment, and what the snapshot includes, the rows include.
-- Why "lateral … offset 0": it keeps the query apart, so that the key arrives as a parameter, which PostgreSQL pushes
--      down to the indexes of the sources; a join with the keys is not pushed into a grouped query. "limit 2" instead
--      where the key is that of one row: the planner would reckon with millions. A second row still fails loudly.
-- Why ctid and array: a join with the view could scan all of it, and the cost would grow with history.
-- Why *<>: 1.0 and 1.00 are different answers, and some types have no equality. REFRESH CONCURRENTLY compares the same way.
create or replace function freshet.build_statements(view_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    declared analytics.incremental_views;
    target constant text := format('analytics.%I', view_name);
    definition constant text := freshet.definition_of(view_name);
    dirty constant text := freshet.dirty_statement(view_name);
    columns text;
    changes text;
    keys text;
    same_row text;
    fresh text;
    old text;
    counted text;
    explained text;
    put text;
    counts text;
begin
    select * into strict declared from analytics.incremental_views as v where v.view_name = build_statements.view_name;
    select
        string_agg(format('%I', a.attname), ', ' order by a.attnum),
        string_agg(format('%1$I = excluded.%1$I', a.attname), ', ' order by a.attnum) filter (where a.attname <> all (declared.row_key))
    into columns, changes
    from pg_catalog.pg_attribute as a
    where a.attrelid = target::regclass and a.attnum > 0 and not a.attisdropped;
    select string_agg(format('%I', k.name), ', ' order by k.place), string_agg(format('f.%1$I = t.%1$I', k.name), ' and ' order by k.place)
    into keys, same_row
    from unnest(declared.row_key) with ordinality as k (name, place);

    select
        string_agg(
            format(
                'select d.* from dirty_%s as k cross join lateral (select * from %s as d where %s %s) as d',
                s.shape, definition, c.of_definition, case when declared.row_key <@ s.columns then 'limit 2' else 'offset 0' end
            ),
            ' union all ' order by s.shape
        ),
        string_agg(
            format(
                'select t.* from dirty_%s as k cross join lateral (select t.ctid as freshet_place, %s from %s as t where %s offset 0) as t',
                s.shape, c.row_keys, target, c.of_target
            ),
            ' union all ' order by s.shape
        ),
        string_agg(format('(select count(*) from dirty_%s)', s.shape), ' + ' order by s.shape),
        string_agg(format('exists (select from dirty_%s as k where %s)', s.shape, c.of_moved), ' or ' order by s.shape)
    into fresh, old, counted, explained
    from freshet.shapes_of_view(view_name) as s
    cross join lateral (
        select
            string_agg(format('d.%1$I = k.%1$I', k.name), ' and ' order by k.place) as of_definition,
            string_agg(format('t.%1$I = k.%1$I', k.name), ' and ' order by k.place) as of_target,
            string_agg(format('m.%1$I = k.%1$I', k.name), ' and ' order by k.place) as of_moved,
            (select string_agg(format('t.%I', r.name), ', ') from unnest(declared.row_key) as r (name)) as row_keys
        from unnest(s.columns) with ordinality as k (name, place)
    ) as c;
    -- Two shapes may both hold a row.
    if (select count(*) > 1 from freshet.shapes_of_view(view_name)) then
        fresh := format('select distinct on (%s) d.* from (%s) as d', keys, fresh);
    end if;

    put := format(
        'insert into %s as t (%s) select %s from fresh as f %%s on conflict (%s) do %s',
        target, columns, columns, keys,
        -- Where every column is one of the key, a row with the same key is the same row.
        case when changes is null then 'nothing' else format('update set %s where (t.*) operator(pg_catalog.*<>) (excluded.*)', changes) end
    );
    counts := format(
        'select freshet.others_snapshot() as snapshot, %s as dirty_count, (select count(*) from gone) as gone_count, '
        '(select count(*) from put where put.freshet_is_new) as new_count, '
        '(select count(*) from put where not put.freshet_is_new) as changed_count',
        counted
    );

    update analytics.incremental_views as v
    set count_statement = dirty || format(
            ' select freshet.others_snapshot() as snapshot, %s as dirty_count, (select e.is_dirty from everything as e) as is_everything', counted
        ),
        groups_statement = dirty
            || format(', fresh as materialized (%s)', fresh)
            || format(
                ', gone as (delete from %s as t where t.ctid = any (array(select o.freshet_place from (%s) as o '
                'where not exists (select from fresh as f where %s))) returning 1)',
                target, old, replace(same_row, '= t.', '= o.')
            )
            || format(', put as (%s returning t.xmax = 0 as freshet_is_new)', format(put, ''))
            || ', taken as (delete from analytics.dirty_groups as g using aside as a where g.ctid = a.place) '
            || counts || ', 0::bigint as unexplained_count, null::bigint as row_count',
        rebuild_statement = dirty
            || format(', fresh as materialized (select * from %s)', definition)
            || format(
                ', gone as (delete from %s as t where not exists (select from fresh as f where %s) returning t.*)', target, same_row
            )
            || format(
                ', put as (%s returning t.*, t.xmax = 0 as freshet_is_new)',
                format(put, format(
                    'where not exists (select from %s as t where %s and (t.*) operator(pg_catalog.*=) (f.*))', target, same_row
                ))
            )
            || ', taken as (delete from analytics.dirty_groups as g using aside as a where g.ctid = a.place) '
            || counts
            || format(
                ', case when (select e.is_dirty from everything as e) then 0 else (select count(*) from '
                '(select %1$s from gone union all select %1$s from put) as m where not (%2$s)) end as unexplained_count, '
                '(select count(*) from fresh) as row_count',
                (
                    select string_agg(format('%I', k.name), ', ' order by k.name)
                    from (select unnest(declared.row_key) as name union select unnest(declared.group_key)) as k
                ),
                explained
            )
    where v.view_name = build_statements.view_name;
end
$$;

-- supabase/schemas/core/incremental/note_group_costs.sql

-- Object: freshet.note_group_costs()
-- Why: the break-even of a view follows its tables as they grow. What is measured is the whole statement, so each rule
--      below keeps one kind of refresh from spoiling the costs for the others.
-- Why n / (n + 30): a refresh of one group measures the planning of its statement, which takes 40 ms over many partitions,
--      where a group takes 0.1 ms. One of a thousand groups measures the groups.
-- Why no rise below a second: for the same reason. A group that is dear in truth soon makes a refresh longer than that.
-- Why 0.97: while computing everything is chosen, no group is measured. So what is believed of a group sinks, and after
--      some time groups are tried again: a cost that a busy machine or a missing index has raised does not stay for ever.
create function freshet.note_group_costs(
    view_name text, is_rebuild boolean, is_dearer boolean, dirty_count bigint, spent_ms double precision
)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update analytics.incremental_views as v
    set rebuild_ms = case when is_rebuild then (coalesce(v.rebuild_ms, spent_ms) + spent_ms) / 2 else v.rebuild_ms end,
        group_ms = case
            when is_dearer then 0.97 * v.group_ms
            when is_rebuild or dirty_count = 0 then v.group_ms
            when v.group_ms < spent_ms / dirty_count and spent_ms < 1000 then v.group_ms
            else coalesce(v.group_ms, 0) + (spent_ms / dirty_count - coalesce(v.group_ms, 0)) * dirty_count / (dirty_count + 30)
        end,
        slow_run_count = case
            when is_dearer then v.slow_run_count + 1
            when is_rebuild then v.slow_run_count
            when spent_ms > greatest(1000, v.rebuild_ms) then v.slow_run_count + 1
            else 0
        end
    where v.view_name = note_group_costs.view_name;
$$;

revoke all on function freshet.note_group_costs(text, boolean, boolean, bigint, double precision) from public, anon, authenticated;

comment on function freshet.note_group_costs(text, boolean, boolean, bigint, double precision) is
    'Keeps what a refresh of an incremental view has cost. is_rebuild: everything was computed; is_dearer: because the groups would have taken longer.';

-- supabase/schemas/core/incremental/refresh_groups.sql

-- Object: freshet.refresh_groups()
-- Why: the refresh of an incremental view, called by analytics.refresh_view() under the view's lock. It counts first,
--      since a statement over many partitions takes long to plan and nothing to do is the usual case. Everything is
--      computed again when the rows prove nothing (first fill, another cluster), when that is due (the weekly proof), and
--      when so many groups are dirty that it is cheaper. Then every row that had to be written has to be explained by a
--      logged change; others are counted, and mean that a write was not logged.
create function freshet.refresh_groups(
    view_name text,
    out is_clean boolean,
    out snapshot pg_snapshot,
    out moved_count bigint,
    out row_count bigint,
    out group_count bigint,
    out unexplained_count bigint
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    known analytics.views;
    declared analytics.incremental_views;
    began timestamptz;
    is_rebuild boolean;
    is_judged boolean;
    dirty_count bigint := 0;
    is_everything boolean := false;
    is_dearer boolean := false;
    gone_count bigint;
    new_count bigint;
    changed_count bigint;
    unexplained bigint;
    counted bigint;
    spent_ms double precision;
begin
    select * into strict known from analytics.views as v where v.view_name = refresh_groups.view_name;
    select * into strict declared from analytics.incremental_views as v where v.view_name = refresh_groups.view_name;
    -- A snapshot from the future belongs to another cluster; see freshet.has_source_changes().
    is_judged := known.refreshed_at is not null
        and coalesce(pg_snapshot_xmax(known.source_snapshot) <= pg_snapshot_xmax(freshet.others_snapshot()), false);
    is_rebuild := not is_judged or coalesce(declared.rebuilt_at <= clock_timestamp() - known.rebuild_after, true);
    if is_judged then
        execute declared.count_statement into snapshot, dirty_count, is_everything;
        -- What was written to a new partition, or while a trigger was disabled, has no keys.
        is_everything := is_everything or exists (
            select
            from freshet.watch_gaps() as g
            join analytics.view_sources as s on s.source = g.source
            where s.view_name = refresh_groups.view_name
        );
        if dirty_count = 0 and not is_everything and not is_rebuild then
            is_clean := true;
            moved_count := 0;
            group_count := 0;
            row_count := known.row_count;
            return;
        end if;
        is_dearer := not is_rebuild and not is_everything and freshet.are_groups_dearer(declared, dirty_count);
        is_rebuild := is_rebuild or is_everything or is_dearer;
    end if;

    began := clock_timestamp();
    execute case when is_rebuild then declared.rebuild_statement else declared.groups_statement end
        into snapshot, dirty_count, gone_count, new_count, changed_count, unexplained, counted;
    spent_ms := extract(epoch from clock_timestamp() - began) * 1000;
    is_clean := false;
    moved_count := gone_count + new_count + changed_count;
    if is_judged and not is_everything then
        group_count := dirty_count;
        unexplained_count := case when is_rebuild then unexplained end;
    end if;
    row_count := coalesce(counted, known.row_count + new_count - gone_count);

    update analytics.incremental_views as v
    set rebuilt_at = case when is_rebuild then began else v.rebuilt_at end,
        unexplained_count = case
            when not is_rebuild or is_judged and is_everything then v.unexplained_count
            when is_judged then unexplained
            else 0
        end
    where v.view_name = refresh_groups.view_name;
    perform freshet.note_group_costs(view_name, is_rebuild, is_dearer, dirty_count, spent_ms);
end
$$;

revoke all on function freshet.refresh_groups(text) from public, anon, authenticated;

comment on function freshet.refresh_groups(text) is
    'Brings an incremental view up to date. is_clean: nothing had changed; snapshot: what the rows include; moved_count: rows written or deleted; row_count: rows of the view; group_count, unexplained_count: as in the ledger.';

-- supabase/schemas/core/incremental/unindexed_references.sql

-- Object: freshet.unindexed_references()
-- Why: the rows of a group are looked up in each source by the key of the group. Without an index over all of the key a
--      group costs a scan, or a part of one: 29 ms and not 0.13 over a hundred thousand rows of one organisation.
create function freshet.unindexed_references(view_name text)
returns table (source regclass, reference smallint, columns text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with wanted as (
        select
            m.source,
            m.reference,
            string_agg(
                case when e.expression ~ '^([a-z_][a-z0-9_]*|"[^"]+")$' then e.expression else format('(%s)', e.expression) end,
                ', ' order by m.key_column
            ) as columns,
            array_agg(distinct regexp_replace(e.expression, '[\s()]', '', 'g')) as expressions
        from analytics.view_mappings as m
        join analytics.source_keys as k on k.source = m.source and k.place = m.place
        cross join lateral (select regexp_replace(k.expression, '\mx\.', '', 'g') as expression) as e
        where m.view_name = unindexed_references.view_name
        group by m.source, m.reference
    )
    select w.source, w.reference, w.columns
    from wanted as w
    where not exists (
        select
        from pg_catalog.pg_index as i
        cross join lateral (
            select array_agg(regexp_replace(pg_get_indexdef(i.indexrelid, g, true), '[\s()]', '', 'g') order by g) as columns
            from generate_series(1, i.indnkeyatts::integer) as g
        ) as c
        where i.indrelid = w.source and i.indisvalid
            and (
                w.expressions <@ c.columns[1:cardinality(w.expressions)]
                -- One row at most.
                or i.indisunique and i.indpred is null and c.columns <@ w.expressions
            )
    );
$$;

revoke all on function freshet.unindexed_references(text) from public, anon, authenticated;

comment on function freshet.unindexed_references(text) is
    'References of an incremental view to sources that no index supports. columns: what such an index has to begin with, as CREATE INDEX takes it.';

-- supabase/schemas/core/refresh/refresh_log.sql

comment on column analytics.refresh_log.group_count is
    'Of an incremental view: groups that logged changes had touched since the refresh before. Null for a materialized view, a failure, and where any group may have changed: a first fill, a truncated source, a source of rebuild_on.';

comment on column analytics.refresh_log.changed_count is
    'Of an incremental view: rows inserted, changed or deleted by the refresh. With 0 the version stays, except by the first fill. Null for a materialized view and a failure.';

comment on column analytics.refresh_log.unexplained_count is
    'Of an incremental view: those of changed_count that no logged change explains. Null where everything was not computed, or could not be judged: group_count is null then.';

-- supabase/schemas/core/refresh/refresh_view.sql

-- Object: analytics.refresh_view()
-- Why: the only way a view is recomputed. Busy: skipped and recorded, never queued. Clean sources: skipped and
--      recorded. Never populated: plain refresh, since a concurrent one is not possible; afterwards concurrent, so that
--      readers never wait. A failure is raised, since pg_cron records a job that swallows its error as succeeded. A
--      view whose source was never filled, and is being filled by another session, is skipped_busy too: a plain attempt
--      would fail with "has not been populated" and raise a false alert after a first deployment with many rows.
create or replace function analytics.refresh_view(view_name text, requested_by text default 'schedule')
returns analytics.refresh_log
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set statement_timeout = '60s'
as $$
declare
    declared analytics.views;
    entry analytics.refresh_log;
    relation regclass;
    is_populated boolean;
    is_incremental constant boolean := freshet.is_incremental(view_name);
    groups record;
    is_clean boolean := false;
    has_moved boolean := true;
    snapshot_before pg_snapshot;
    error_state text;
    error_message text;
    source_view text;
    source_entry analytics.refresh_log;
begin
    entry.view_name := view_name;
    entry.requested_by := requested_by;
    entry.started_at := clock_timestamp();

    select * into declared from analytics.views as v where v.view_name = refresh_view.view_name;
    if not found then
        raise exception using
            errcode = 'undefined_table',
            message = format('refresh of analytics.%s failed [42P01]: the view is not registered', view_name),
            hint = 'Register it in its migration with analytics.register_view, or unschedule its job.';
    end if;
    entry.rows_before := declared.row_count;
    entry.version := declared.version;

    if not pg_try_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0)) then
        entry.outcome := 'skipped_busy';
        return freshet.log_refresh(entry);
    end if;

    -- Read again under the lock: a refresh that has just ended has moved the version.
    select * into declared from analytics.views as v where v.view_name = refresh_view.view_name;
    perform pg_advisory_xact_lock_shared(freshet.source_lock_key(s.source))
    from analytics.view_sources as s
    where s.view_name = refresh_view.view_name;

    begin
        relation := format('analytics.%I', view_name)::regclass;
        is_populated := freshet.is_filled(declared);

        -- A source that was never refreshed has nothing to read yet: it is refreshed first, whatever its schedule says.
        -- If another session is refreshing it, this view waits for its own next refresh: waiting here would block.
        for source_view in
            select v.view_name
            from analytics.view_sources as s
            join analytics.views as v on to_regclass(format('analytics.%I', v.view_name)) = s.source
            where s.view_name = refresh_view.view_name and not freshet.is_filled(v)
        loop
            source_entry := analytics.refresh_view(source_view, refresh_view.requested_by);
            if source_entry.outcome = 'skipped_busy' then
                entry.outcome := 'skipped_busy';
                return freshet.log_refresh(entry);
            end if;
        end loop;

        -- Taken before the check and the refresh, so whatever the snapshot includes, they include too.
        snapshot_before := freshet.others_snapshot();

        if is_populated
            and coalesce(
                (select coalesce(i.rebuilt_at, '-infinity') from analytics.incremental_views as i where i.view_name = refresh_view.view_name),
                declared.refreshed_at
            ) > entry.started_at - declared.rebuild_after
            and not freshet.has_source_changes(view_name)
        then
            update analytics.views as v
            set verified_at = entry.started_at, source_snapshot = snapshot_before
            where v.view_name = refresh_view.view_name;
            entry.outcome := 'skipped_clean';
            entry.rows_after := declared.row_count;
            entry.rejected_count := declared.rejected_count;
            if is_incremental then
                entry.group_count := 0;
                entry.changed_count := 0;
            end if;
            return freshet.log_refresh(entry);
        end if;

        if is_incremental then
            groups := freshet.refresh_groups(view_name);
            snapshot_before := groups.snapshot;
            is_clean := groups.is_clean;
            has_moved := groups.moved_count > 0 or not is_populated;
            entry.rows_after := groups.row_count;
            entry.group_count := groups.group_count;
            entry.changed_count := groups.moved_count;
            entry.unexplained_count := groups.unexplained_count;
            if not is_populated then
                execute format('analyze %s', relation);
            end if;
        elsif is_populated then
            execute format('refresh materialized view concurrently %s', relation);
        else
            execute format('refresh materialized view %s', relation);
            -- Until the next autovacuum the planner would assume that it is empty.
            execute format('analyze %s', relation);
        end if;
        if not is_incremental then
            execute format('select count(*) from %s', relation) into entry.rows_after;
        end if;

        -- Also where no group is dirty: a source was written to, and what its rows belong to may be left out.
        if declared.rejects is not null then
            execute format('select count(*) from %s', declared.rejects) into entry.rejected_count;
        end if;
        if declared.source_at_table is not null then
            execute format(
                'select max(%I) from %s', declared.source_at_column, declared.source_at_table
            ) into declared.source_as_of;
        end if;
    exception
        when query_canceled or others then
            get stacked diagnostics error_state = returned_sqlstate, error_message = message_text;
            raise exception using
                errcode = error_state,
                message = format(
                    'refresh of analytics.%s failed [%s]: %s', view_name, error_state, error_message
                ),
                hint = 'The rows of the last good refresh are still served.';
    end;

    entry.outcome := case when is_clean then 'skipped_clean' else 'refreshed' end;
    -- Rows that did not move have the version that they had, and cached answers stay.
    entry.version := declared.version + has_moved::integer;
    update analytics.views as v
    set version = entry.version,
        refreshed_at = case when has_moved then entry.started_at else v.refreshed_at end,
        verified_at = entry.started_at,
        source_as_of = declared.source_as_of,
        source_snapshot = snapshot_before,
        row_count = entry.rows_after,
        rejected_count = entry.rejected_count
    where v.view_name = refresh_view.view_name;

    -- For views that read this one, its refresh is a change of a source.
    insert into analytics.source_changes (source)
    select relation
    where has_moved and exists (select from analytics.view_sources as s where s.source = relation);

    perform freshet.trim_source_changes(s.source)
    from analytics.view_sources as s
    where s.view_name = refresh_view.view_name;

    return freshet.log_refresh(entry);
end
$$;

-- supabase/schemas/core/refresh_queue/refresh_request.sql

-- Object: freshet.refresh_request(), analytics.refresh_request()
-- Why: a request returns at once, so its caller looks up later what became of it.
create or replace function freshet.refresh_request(id bigint)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    is_locked boolean;
    answer jsonb;
begin
    perform freshet.assert_operator();
    -- A running attempt is not committed; its lock is visible to every session.
    select exists (
        select
        from pg_catalog.pg_locks as l
        where l.locktype = 'advisory'
            and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
            and l.mode = 'ExclusiveLock'
            and l.granted
            and l.objsubid = 1
            and (l.classid::bigint << 32) | l.objid::bigint = freshet.refresh_request_key(refresh_request.id)
    ) into is_locked;

    select jsonb_build_object(
        'id', r.id,
        'state', case
            when r.finished_at is not null then 'finished'
            when is_locked or bool_or(v.outcome is not null) then 'running'
            else 'queued'
        end,
        'view', r.view_name,
        'pack', r.pack,
        'requested_by', r.requested_by,
        'requested_at', r.requested_at,
        'finished_at', r.finished_at,
        'views', jsonb_agg(
            jsonb_build_object(
                'view', v.view_name,
                'state', case
                    when v.outcome is not null then 'finished'
                    when is_locked and v.claimed_at is not null then 'running'
                    else 'queued'
                end,
                'outcome', v.outcome,
                'refresh_id', v.refresh_id,
                'group_count', l.group_count,
                'changed_count', l.changed_count,
                'unexplained_count', l.unexplained_count,
                'sqlstate', v.sqlstate,
                'message', case
                    -- The function that serves /ops asks with the secret key, and scrubs.
                    when v.outcome = 'failed' and analytics.is_admin() then freshet.told_refresh_message(v.sqlstate, v.refresh_id)
                    else left(v.message, 4000)
                end,
                'attempt_count', v.attempt_count,
                'started_at', v.claimed_at,
                'finished_at', v.finished_at
            )
            order by v.place
        )
    ) into answer
    from analytics.refresh_requests as r
    join analytics.refresh_request_views as v on v.request_id = r.id
    left join analytics.refresh_log as l on l.id = v.refresh_id
    where r.id = refresh_request.id
    group by r.id;
    return answer;
end
$$;

-- supabase/schemas/core/incremental/incremental_views.sql

comment on column analytics.incremental_views.rebuild_ms is 'Moving average of the milliseconds that computing everything takes; null before the first time.';

comment on column analytics.incremental_views.group_ms is
    'Moving average of the milliseconds that one dirty group takes; large refreshes weigh most. Null before the first refresh by group.';

comment on column analytics.incremental_views.slow_run_count is
    'Refreshes in a row of which the groups took longer, or would have, than computing everything; see kind groups_slow.';

-- supabase/schemas/core/refresh/log_refresh.sql

-- Object: freshet.log_refresh()
-- Why: every refresh, scheduled or by hand, writes its ledger row in one place.
create or replace function freshet.log_refresh(entry analytics.refresh_log)
returns analytics.refresh_log
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.refresh_log (
        view_name, requested_by, started_at, finished_at, outcome,
        rows_before, rows_after, rejected_count, version, sqlstate, message, runid,
        group_count, changed_count, unexplained_count
    )
    values (
        entry.view_name, entry.requested_by, entry.started_at, clock_timestamp(), entry.outcome,
        entry.rows_before, entry.rows_after, entry.rejected_count, entry.version,
        entry.sqlstate, entry.message, entry.runid,
        entry.group_count, entry.changed_count, entry.unexplained_count
    )
    returning *;
$$;

-- supabase/schemas/core/incremental/are_groups_dearer.sql

-- Object: freshet.are_groups_dearer()
-- Why: from some number of groups on, computing everything is cheaper; where that begins differs by a factor of twenty
--      between views, so it is reckoned with the view's own costs.
-- Why one second: below it, the choice saves nothing worth an error of the measured costs.
-- Why timeouts: a refresh that was cut off is rolled back with what it had measured, and the next one would choose the
--      same way and be cut off again. So after each cut-off the other way is taken.
create function freshet.are_groups_dearer(declared analytics.incremental_views, dirty_count bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(dirty_count * declared.group_ms > greatest(1000, 0.8 * declared.rebuild_ms), false) <> (
        -- A change of the choice for each cut-off since the last refresh that ended.
        select coalesce(sum((l.sqlstate is not distinct from '57014')::integer), 0) % 2 = 1
        from (
            select r.sqlstate, bool_and(r.outcome = 'failed') over (order by r.id desc) as is_unbroken
            from (
                select a.id, a.outcome, a.sqlstate
                from analytics.refresh_log as a
                where a.view_name = declared.view_name and a.outcome <> 'skipped_busy'
                order by a.id desc
                limit 20
            ) as r
        ) as l
        where l.is_unbroken
    );
$$;

revoke all on function freshet.are_groups_dearer(analytics.incremental_views, bigint) from public, anon, authenticated;

comment on function freshet.are_groups_dearer(analytics.incremental_views, bigint) is
    'Whether so many groups are expected to take more than 80 % of the time of computing everything, and more than a second. After a refresh that ran into its time limit: the other way round.';

reset check_function_bodies;

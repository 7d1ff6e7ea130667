-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

drop function freshet.has_source_changes(text);

drop function freshet.has_watch_gaps(text);

drop function freshet.refresh_groups(text);

alter table analytics.views add column watched_tables oid[];

alter table analytics.views add column watch_state text;

-- supabase/schemas/core/changes/has_source_changes.sql

-- Object: freshet.has_source_changes()
-- Why: a view needs a refresh if a logged change is not in the snapshot of its rows; see analytics.source_changes. Whether
--      every change is logged is asked of freshet.read_watch().
create function freshet.has_source_changes(sources regclass[], included pg_snapshot)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select included is null
        -- A snapshot from the future belongs to another cluster (a restore, a clone): it proves nothing here.
        or pg_snapshot_xmax(included) > pg_snapshot_xmax(freshet.others_snapshot())
        or exists (
            select
            from analytics.source_changes as c
            where c.source = any (sources)
                and (
                    c.txid = pg_current_xact_id_if_assigned()
                    or (c.txid >= pg_snapshot_xmin(included) and not pg_visible_in_snapshot(c.txid, included))
                )
        );
$$;

revoke all on function freshet.has_source_changes(regclass[], pg_snapshot) from public, anon, authenticated;

comment on function freshet.has_source_changes(regclass[], pg_snapshot) is
    'True unless every logged change of the sources is included in a snapshot.';

-- supabase/schemas/core/changes/others_snapshot.sql

-- Object: freshet.others_snapshot()
-- Why: whether a transaction's own snapshot lists its own number depends on which other transactions have ended
--      meanwhile: it may leave the number out, as if everything that the transaction writes were included. A
--      transaction that writes, refreshes and writes again could then find that nothing had changed, or leave a view
--      that counts the later write as included, for ever. So its own writes always count as changes, and the snapshot
--      that a view keeps says "in progress" of the transaction that refreshed it. The cost is at worst one refresh too
--      many.
create or replace function freshet.others_snapshot()
returns pg_snapshot
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    -- The usual case, and the most of a refresh that finds nothing would be this query.
    if pg_current_xact_id_if_assigned() is null then
        return pg_current_snapshot();
    end if;
    return (
        with present as (
            select pg_current_snapshot() as snapshot, pg_current_xact_id_if_assigned()::text::bigint as own
        ),

        bounds as (
            select
                p.snapshot,
                p.own,
                least(pg_snapshot_xmin(p.snapshot)::text::bigint, p.own) as lowest,
                pg_snapshot_xmax(p.snapshot)::text::bigint as seen_until,
                greatest(pg_snapshot_xmax(p.snapshot)::text::bigint, p.own + 1) as beyond
            from present as p
        ),

        in_progress as (
            select x::text::bigint as txid from bounds as b, pg_snapshot_xip(b.snapshot) as x
            union
            -- Transactions that began after the end of the snapshot, up to this transaction's own number.
            select g from bounds as b, generate_series(b.seen_until, b.beyond - 1) as g
            union
            select b.own from bounds as b
        )

        select format('%s:%s:%s', b.lowest, b.beyond, (select string_agg(i.txid::text, ',' order by i.txid) from in_progress as i))::pg_snapshot
        from bounds as b
    );
end
$$;

-- supabase/schemas/core/incremental/dirty_statement.sql

-- Object: freshet.dirty_statement()
-- Why: the first half of every generated statement: which groups of the view its rows lack. Counting, refreshing and
--      proving have to read the same keys.
create or replace function freshet.dirty_statement(view_name text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select format(
            'with declared as materialized (select * from analytics.views where view_name = %1$L), '
            'aside as materialized (select g.ctid as place, g.group_key, '
            '(select string_agg(o.k, '','' order by o.k collate "C") from jsonb_object_keys(g.group_key) as o (k)) as shape, '
            'g.group_key @? ''$.* ? (@ == null)'' as lacks_key '
            'from analytics.dirty_groups as g where g.view_name = %1$L)',
            view_name
        )
        || string_agg(
            format(
                ', dirty_%s as materialized (select distinct u.* from (%s union all select %s from aside as a '
                'cross join lateral jsonb_populate_record(null::analytics.%I, a.group_key) as r where a.shape = %L and not a.lacks_key) as u)',
                s.shape,
                s.logged,
                (select string_agg(format('r.%I', c.name), ', ' order by c.place) from unnest(s.columns) with ordinality as c (name, place)),
                view_name,
                (select string_agg(c.name, ',' order by c.name collate "C") from unnest(s.columns) as c (name))
            ),
            '' order by s.shape
        )
        || format(
            ', everything as materialized (select exists (select from aside as a where a.shape is null)%s as is_dirty)',
            (
                select string_agg(w.condition, '' order by w.condition)
                from (
                    select format(' or exists (select from %s as l, declared as v where l.is_whole and %s)', freshet.key_log(m.source), freshet.lacks_change('l.txid'))
                    from (select distinct d.source from analytics.view_mappings as d where d.view_name = dirty_statement.view_name) as m
                    union all
                    select format(
                        ' or exists (select from analytics.source_changes as l, declared as v where l.source = %s::regclass and %s)',
                        r.source::oid, freshet.lacks_change('l.txid')
                    )
                    from analytics.incremental_views as i
                    cross join lateral unnest(i.rebuild_on) as r (source)
                    where i.view_name = dirty_statement.view_name
                ) as w (condition)
            )
        )
    from freshet.shapes_of_view(view_name) as s;
$$;

-- supabase/schemas/core/incremental/fold_keys.sql

-- Object: freshet.fold_keys()
-- Why: a key log would grow for as long as the slowest view does not refresh. A fold takes committed keys out of the log
--      and puts aside, once each, what a view still lacks. It is called while no refresh reads the source, so the
--      snapshots in the registry are those of the rows. The log and what is put aside change in one statement: every
--      snapshot sees a key in one of the two.
-- Why the lock: another fold, in a transaction that is still open, may have taken a row already.
create or replace function freshet.fold_keys(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    log constant text := freshet.key_log(source);
    lacked constant text := (
        select string_agg(
            format(
                'select distinct v.view_name, case when l.is_whole then ''{}''::jsonb else jsonb_build_object(%s) end '
                'from taken as l, analytics.views as v '
                'where v.view_name = %L and v.source_snapshot is not null and %s and (l.is_whole or %s)',
                r.pairs, r.view_name, freshet.lacks_change('l.txid'), case when r.counts_missing then 'true' else r.present end
            ),
            ' union '
        )
        from (
            select
                m.view_name,
                string_agg(format('%L, l.k%s', m.key_column, m.place), ', ' order by m.key_column) as pairs,
                '(' || string_agg(format('l.k%s is not null', m.place), ' and ') || ')' as present,
                -- What is left out may have no key; see freshet.rejected_statement().
                exists (select from analytics.views as v where v.view_name = m.view_name and v.rejects is not null) as counts_missing
            from analytics.view_mappings as m
            where m.source = fold_keys.source and m.place is not null
            group by m.view_name, m.reference
        ) as r
    );
begin
    if lacked is null or to_regclass(log) is null then
        return;
    end if;
    execute format(
        'with seen as materialized (select l.ctid as place from %1$s as l '
        'where l.txid is distinct from pg_current_xact_id_if_assigned() for update skip locked), '
        'taken as (delete from %1$s as l using seen as s where l.ctid = s.place returning l.*), '
        'lacked (view_name, group_key) as (%2$s) '
        'insert into analytics.dirty_groups (view_name, group_key) '
        'select d.view_name, d.group_key from lacked as d '
        'where not exists (select from analytics.dirty_groups as g where g.view_name = d.view_name and g.group_key = d.group_key)',
        log, lacked
    );
end
$$;

-- supabase/schemas/core/incremental/make_materialized.sql

-- Object: freshet.make_materialized()
-- Why: the way back, for a view whose query has to change, or that is cheaper to compute as a whole.
create or replace function freshet.make_materialized(view_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    relation constant regclass := format('analytics.%I', view_name)::regclass;
    definition constant text := freshet.definition_of(view_name);
    sources constant regclass[] := array(
        select distinct m.source from analytics.view_mappings as m where m.view_name = make_materialized.view_name
    );
    reader text;
    fault text;
begin
    select string_agg(f.what, ', ' order by f.what) into fault
    from (
        select 'policy ' || p.polname from pg_catalog.pg_policy as p where p.polrelid = relation and p.polname <> 'readers'
        union all
        select 'trigger ' || t.tgname from pg_catalog.pg_trigger as t
        where t.tgrelid = relation and not t.tgisinternal and t.tgname not like 'freshet\_%'
        union all
        select 'privileges on column ' || a.attname from pg_catalog.pg_attribute as a where a.attrelid = relation and a.attacl is not null
    ) as f (what);
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot make "%s" again: it has %s, which would be lost', view_name, fault),
            hint = 'Drop them before, and create them again afterwards. A materialized view cannot have policies and triggers.';
    end if;
    select string_agg(distinct m.view_name, ', ') into reader from analytics.view_mappings as m where m.source = relation;
    if reader is not null then
        raise exception using
            errcode = 'dependent_objects_still_exist',
            message = format('cannot make "%s" a materialized view: %s is refreshed by its changed rows', view_name, reader),
            hint = format('Register it with incremental => false first, or with rebuild_on => ''{analytics.%s}''.', view_name);
    end if;
    perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0));
    perform freshet.replace_view(relation, (
        select freshet.text_of_query(
            relation,
            rtrim(pg_get_viewdef(definition::regclass), ';'),
            (select array_agg(a.attname) from pg_catalog.pg_attribute as a where a.attrelid = relation and a.attnum > 0 and not a.attisdropped),
            has_rows => v.refreshed_at is not null
        )
        from analytics.views as v
        where v.view_name = make_materialized.view_name
    ));
    execute format('drop view %s', definition);
    delete from analytics.incremental_views as v where v.view_name = make_materialized.view_name;
    update analytics.views as v
    set source_snapshot = null, watch_state = null, version = v.version + (v.refreshed_at is not null)::integer
    where v.view_name = make_materialized.view_name;
    perform freshet.unwatch_keys(s.source) from unnest(sources) as s (source);
end
$$;

-- supabase/schemas/core/incremental/refresh_groups.sql

-- Object: freshet.refresh_groups()
-- Why: the refresh of an incremental view, called by analytics.refresh_view() under the view's lock. It counts first,
--      since a statement over many partitions takes long to plan and nothing to do is the usual case. Everything is
--      computed again when the rows prove nothing (first fill, another cluster), when that is due (the weekly proof), and
--      when so many groups are dirty that it is cheaper. Then every row that had to be written has to be explained by a
--      logged change; others are counted, and mean that a write was not logged.
create function freshet.refresh_groups(
    view_name text,
    has_watch_gaps boolean,
    out is_clean boolean,
    out snapshot pg_snapshot,
    out moved_count bigint,
    out row_count bigint,
    out group_count bigint,
    out unexplained_count bigint,
    out rejected_count bigint,
    out moved_buckets integer[]
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
    is_empty boolean := false;
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
        is_everything := is_everything or has_watch_gaps;
        is_clean := dirty_count = 0 and not is_everything and not is_rebuild;
        -- A source was written to, and what its rows belong to may be left out.
        if is_clean and known.rejects is null then
            moved_count := 0;
            group_count := 0;
            row_count := known.row_count;
            return;
        end if;
        is_dearer := not is_rebuild and not is_everything and freshet.are_groups_dearer(declared, dirty_count, known.row_count);
        is_rebuild := is_rebuild or is_everything or is_dearer;
    end if;

    if known.refreshed_at is null then
        execute format('select not exists (select from analytics.%I)', view_name) into is_empty;
    end if;
    began := clock_timestamp();
    execute replace(
        case when is_empty then declared.fill_statement when is_rebuild then declared.rebuild_statement else declared.groups_statement end, '<rejects>', coalesce(known.rejects::text, '')
    )
        into snapshot, dirty_count, gone_count, new_count, changed_count, unexplained, counted, rejected_count, moved_buckets;
    if not is_judged or is_everything then
        moved_buckets := null;
    end if;
    spent_ms := extract(epoch from clock_timestamp() - began) * 1000;
    is_clean := coalesce(is_clean, false) and dirty_count = 0;
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

revoke all on function freshet.refresh_groups(text, boolean) from public, anon, authenticated;

comment on function freshet.refresh_groups(text, boolean) is
    'Brings an incremental view up to date. has_watch_gaps: of freshet.read_watch(); is_clean: nothing had changed; snapshot: what the rows include; moved_count: rows written or deleted; row_count: rows of the view; group_count, unexplained_count, rejected_count: as in the ledger; moved_buckets: those of the rows written or deleted, as they were and as they are, null for all.';

-- supabase/schemas/core/incremental/rejected_statement.sql

-- Object: freshet.rejected_statement()
-- Why: what is left out is counted in the statement that computes the groups: a later one would not see the keys that
--      this one takes, an earlier one would miss a change between the two.
-- Why lateral … offset 0, ctid and array: as in freshet.build_statements(): the cost has to follow the groups.
-- Why rows without a key are counted together, when a change of such a row is logged: null equals nothing, so no group
--      has them, and finding that there are none could read a whole index.
-- Why <rejects>: put in at each refresh, so that a renamed view is found.
create or replace function freshet.rejected_statement(view_name text, is_rebuild boolean)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    key constant name[] := freshet.rejects_key(view_name);
    key_columns constant text := (select string_agg(format('%I', k.name), ', ' order by k.place) from unnest(key) with ordinality as k (name, place));
    same constant text := (select string_agg(format('r.%1$I = k.%1$I', k.name), ' and ' order by k.place) from unnest(key) with ordinality as k (name, place));
    missing constant text := (select string_agg(format('r.%I is null', k.name), ' or ' order by k.place) from unnest(key) with ordinality as k (name, place));
    label constant text := (
        select format('jsonb_build_object(%s)', string_agg(
            -- As text, a moment depends on the time zone of the session.
            format(case when a.atttypid = 'timestamptz'::regtype then '%1$L, <row>.%1$I at time zone ''UTC''' else '%1$L, <row>.%1$I' end, k.name),
            ', ' order by k.place
        ))
        from unnest(key) with ordinality as k (name, place)
        join pg_catalog.pg_attribute as a on a.attrelid = format('analytics.%I', rejected_statement.view_name)::regclass and a.attname = k.name
    );
    is_ever_missing boolean;
    counted text;
begin
    if key is null then
        return ', rejections as (select null::bigint as rejected_count)';
    end if;
    -- Any change of what they read computes everything.
    if cardinality(key) = 0 then
        return format(
            ', rejections as (%s)',
            case when is_rebuild then 'select count(*) as rejected_count from <rejects>' else 'select v.rejected_count from declared as v' end
        );
    end if;
    is_ever_missing := not freshet.has_every_key((select v.rejects from analytics.views as v where v.view_name = rejected_statement.view_name), key);
    if is_rebuild then
        counted := format(
            'select case when %s then ''{}''::jsonb else %s end as group_key, count(*) as n from <rejects> as r group by 1',
            missing, replace(label, '<row>', 'r')
        );
    else
        counted := format(
            'select %s as group_key, r.n from (%s) as k '
            'cross join lateral (select count(*) as n from <rejects> as r where %s offset 0) as r%s',
            replace(label, '<row>', 'k'),
            (
                select string_agg(format('select %s from dirty_%s', key_columns, s.shape), ' union ' order by s.shape)
                    || case when count(*) = 1 then ' group by ' || key_columns else '' end
                from freshet.shapes_of_view(view_name) as s
                where s.columns @> key
            ),
            same,
            case when is_ever_missing then format(
                ' union all select ''{}''::jsonb, r.n from without_key as w '
                'cross join lateral (select count(*) as n from <rejects> as r where %s offset 0) as r where w.is_dirty',
                missing
            ) else '' end
        );
    end if;
    return case when is_rebuild or not is_ever_missing then '' else format(
            ', without_key as materialized (select exists (select from aside as a where a.lacks_key)%s as is_dirty)',
            (
                select string_agg(
                    format(' or exists (select from %s as l, declared as v where (%s) and %s)', freshet.key_log(m.source), m.missing, freshet.lacks_change('l.txid')),
                    '' order by m.source::oid
                )
                from (
                    select d.source, string_agg(format('l.k%s is null', d.place), ' or ' order by d.place) as missing
                    from (
                        select distinct i.source, i.place from analytics.view_mappings as i
                        where i.view_name = rejected_statement.view_name and i.place is not null and i.key_column = any (key)
                    ) as d
                    group by d.source
                ) as m
            )
        ) end
        || format(
            ', counted as materialized (select c.group_key, c.n, g.place, g.n as n_before from (%s) as c '
            'left join lateral (select g.ctid as place, g.rejected_count as n from analytics.rejected_groups as g '
            'where g.view_name = %L and g.group_key = c.group_key offset 0) as g on true)',
            counted, view_name
        )
        || format(
            ', put_rejected as (insert into analytics.rejected_groups (view_name, group_key, rejected_count) '
            'select %L, c.group_key, c.n from counted as c where c.n > 0 and c.n is distinct from c.n_before)',
            view_name
        )
        || case
            when is_rebuild then format(
                ', gone_rejected as (delete from analytics.rejected_groups as g where g.view_name = %L '
                'and not exists (select from counted as c where c.group_key = g.group_key and c.n = g.rejected_count))'
                ', rejections as (select coalesce(sum(c.n), 0)::bigint as rejected_count from counted as c)',
                view_name
            )
            else ', gone_rejected as (delete from analytics.rejected_groups as g where g.ctid = any (array('
                'select c.place from counted as c where c.n <> c.n_before)))'
                ', rejections as (select (coalesce((select v.rejected_count from declared as v), 0) + coalesce(sum(c.n - coalesce(c.n_before, 0)), 0))::bigint '
                'as rejected_count from counted as c)'
        end;
end
$$;

-- supabase/schemas/core/incremental/replace_view.sql

-- Object: freshet.replace_view()
-- Why: a view that becomes a table, or a table that becomes a view again, is read by other views, and PostgreSQL lets none
--      of them change what it reads. All of it is made again in the caller's transaction, so no reader finds the view
--      missing or empty: plain views are replaced in place, and a materialized view that had rows is filled again.
create or replace function freshet.replace_view(relation regclass, statements text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    label constant text := relation::text;
    held constant aclitem[] := (select c.relacl from pg_catalog.pg_class as c where c.oid = relation);
    readers constant jsonb := (
        select coalesce(jsonb_agg(
            jsonb_build_object(
                'oid', o.relation::oid,
                'name', o.relation::text,
                'is_materialized', c.relkind = 'm',
                'is_filled', c.relispopulated,
                'text', case c.relkind
                    when 'm' then freshet.text_of_view(o.relation)
                    else format(
                        'create or replace view %s%s as %s',
                        o.relation, ' with (' || array_to_string(c.reloptions, ', ') || ')', pg_get_viewdef(o.relation)
                    )
                end,
                'privileges', c.relacl::text
            ) order by o.depth, o.relation::text
        ), '[]')
        from freshet.views_over(relation) as o
        join pg_catalog.pg_class as c on c.oid = o.relation
        where o.relation <> replace_view.relation
    );
    aside regclass[] := array[freshet.set_aside(relation)];
    reader jsonb;
begin
    execute replace(statements, '<before>', format('analytics.freshet_before_%s', relation::oid));
    perform freshet.restore_privileges(to_regclass(label), held);
    perform freshet.move_references(relation, to_regclass(label));

    for reader in select r.one from jsonb_array_elements(readers) with ordinality as r (one, place) order by r.place loop
        if not (reader ->> 'is_materialized')::boolean then
            execute reader ->> 'text';
            continue;
        end if;
        aside := freshet.set_aside((reader ->> 'oid')::oid::regclass) || aside;
        execute reader ->> 'text';
        perform freshet.restore_privileges((reader ->> 'name')::regclass, (reader ->> 'privileges')::aclitem[]);
        perform freshet.move_references((reader ->> 'oid')::oid, (reader ->> 'name')::regclass);
        if (reader ->> 'is_filled')::boolean then
            execute format('refresh materialized view %s', reader ->> 'name');
            -- Its rows may be newer than the version that answers were cached under.
            update analytics.views as v
            set version = v.version + 1, source_snapshot = null, watch_state = null
            where to_regclass(format('analytics.%I', v.view_name)) = (reader ->> 'name')::regclass;
        end if;
    end loop;

    -- From the last to the first: each is read by those before it.
    for reader in
        select jsonb_build_object('name', a.relation::text, 'kind', case c.relkind when 'm' then 'materialized view' else 'table' end)
        from unnest(aside) with ordinality as a (relation, place)
        join pg_catalog.pg_class as c on c.oid = a.relation
        order by a.place
    loop
        execute format('drop %s %s', reader ->> 'kind', reader ->> 'name');
    end loop;
end
$$;

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
    form analytics.incremental_views;
    is_incremental boolean;
    groups record;
    is_clean boolean := false;
    has_moved boolean := true;
    snapshot_before pg_snapshot;
    sources regclass[];
    watch record;
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
    select * into form from analytics.incremental_views as i where i.view_name = refresh_view.view_name;
    is_incremental := found;
    sources := array(select s.source from analytics.view_sources as s where s.view_name = refresh_view.view_name);
    perform pg_advisory_xact_lock_shared(freshet.source_lock_key(s.source)) from unnest(sources) as s (source);

    begin
        relation := format('analytics.%I', view_name)::regclass;
        is_populated := freshet.is_filled(declared);

        -- A source that was never refreshed has nothing to read yet: it is refreshed first, whatever its schedule says.
        -- If another session is refreshing it, this view waits for its own next refresh: waiting here would block.
        for source_view in
            select v.view_name
            from unnest(sources) as s (source)
            join pg_catalog.pg_class as c on c.oid = s.source and c.relnamespace = 'analytics'::regnamespace
            join analytics.views as v on v.view_name = c.relname
            where not freshet.is_filled(v)
        loop
            source_entry := analytics.refresh_view(source_view, refresh_view.requested_by);
            if source_entry.outcome = 'skipped_busy' then
                entry.outcome := 'skipped_busy';
                return freshet.log_refresh(entry);
            end if;
        end loop;

        -- Before the rows are read: what is undone afterwards differs at the next refresh.
        watch := freshet.read_watch(declared, sources);

        -- Taken before the check and the refresh, so whatever the snapshot includes, they include too.
        snapshot_before := freshet.others_snapshot();

        if is_populated
            and (case when is_incremental then coalesce(form.rebuilt_at, '-infinity') else declared.refreshed_at end)
                > entry.started_at - declared.rebuild_after
            and not watch.has_gaps
            and not freshet.has_source_changes(sources, declared.source_snapshot)
        then
            update analytics.views as v
            set verified_at = entry.started_at, source_snapshot = snapshot_before,
                watched_tables = watch.tables, watch_state = watch.state
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
            groups := freshet.refresh_groups(view_name, watch.has_gaps);
            snapshot_before := groups.snapshot;
            is_clean := groups.is_clean;
            has_moved := groups.moved_count > 0 or not is_populated;
            entry.rows_after := groups.row_count;
            entry.group_count := groups.group_count;
            entry.changed_count := groups.moved_count;
            entry.unexplained_count := groups.unexplained_count;
            entry.rejected_count := groups.rejected_count;
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
        -- An incremental view counts what came and went: these read everything.
        if not is_incremental then
            execute format('select count(*) from %s', relation) into entry.rows_after;
            if declared.rejects is not null then
                execute format('select count(*) from %s', declared.rejects) into entry.rejected_count;
            end if;
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
        watched_tables = watch.tables,
        watch_state = watch.state,
        row_count = entry.rows_after,
        rejected_count = entry.rejected_count
    where v.view_name = refresh_view.view_name;

    if is_incremental and has_moved then
        perform freshet.move_buckets(view_name, groups.moved_buckets);
    end if;

    -- For views that read this one, its refresh is a change of a source.
    insert into analytics.source_changes (source)
    select relation
    where has_moved and exists (select from analytics.view_sources as s where s.source = relation);

    perform freshet.trim_source_changes(s.source) from unnest(sources) as s (source);

    return freshet.log_refresh(entry);
end
$$;

-- supabase/schemas/core/registry/register_view.sql

-- Object: analytics.register_view()
-- Why: the only way a view gets a schedule. It proves that the view can be refreshed concurrently, finds out what the
--      view reads, watches those sources for changes, and declares the job to the audit. Keyed on names: jobids change.
-- Why incremental is null by default: a later migration that changes a schedule need not know the form of the view.
create or replace function analytics.register_view(
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
    source_error_after interval default null,
    refresh_on_change interval default null,
    incremental boolean default null,
    incremental_by name[] default null,
    rebuild_on regclass[] default null
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    job constant text := 'refresh-' || view_name;
    source_at_parts constant text[] := parse_ident(source_at);
    source_at_table constant regclass := case when source_at is not null
        then to_regclass(format('%I.%I', source_at_parts[1], source_at_parts[2])) end;
    read_before constant regclass[] := array(
        select s.source from analytics.view_sources as s where s.view_name = register_view.view_name order by s.source::oid
    );
    kept analytics.incremental_views;
    command text;
begin
    perform freshet.assert_refreshable(view_name);
    if incremental is null then
        select * into kept from analytics.incremental_views as i where i.view_name = register_view.view_name;
        incremental := found;
        incremental_by := coalesce(incremental_by, nullif(kept.group_key, kept.row_key));
        rebuild_on := coalesce(rebuild_on, kept.rebuild_on);
    end if;
    perform freshet.assert_span(a.argument, a.span)
    from (
        values
            ('stale_after', stale_after),
            ('statement_timeout', statement_timeout),
            ('rebuild_after', rebuild_after),
            ('warn_after', warn_after),
            ('source_warn_after', source_warn_after),
            ('source_error_after', source_error_after),
            ('refresh_on_change', refresh_on_change)
    ) as a (argument, span);
    if source_at is not null and not exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = source_at_table and a.attname = source_at_parts[3] and not a.attisdropped
    ) then
        raise exception using
            errcode = 'undefined_column',
            message = format('cannot register "%s": source_at names no column: "%s"', view_name, source_at),
            hint = 'Write it as schema.table.column, for example public.orders.created_at.';
    end if;
    if incremental then
        perform freshet.assert_newest_is_indexed(view_name, source_at_table, source_at_parts[3]);
    end if;
    if source_at is null and coalesce(source_warn_after, source_error_after) is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot register "%s": source_warn_after and source_error_after need source_at', view_name),
            hint = 'Name the column that holds the age of a source row: source_at => ''public.orders.created_at''.';
    end if;
    if not incremental and (incremental_by is not null or cardinality(rebuild_on) > 0) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot register "%s": incremental_by and rebuild_on need incremental => true', view_name),
            hint = 'Add incremental => true, or leave both out.';
    end if;
    execute format('revoke all on table analytics.%I from public, anon, authenticated', view_name);

    insert into analytics.views as v (
        view_name, pack, job_name, schedule, stale_after, warn_after, rebuild_after, statement_timeout,
        source_at_table, source_at_column, source_warn_after, source_error_after, rejects, refresh_on_change
    )
    values (
        register_view.view_name, register_view.pack, job, register_view.schedule,
        register_view.stale_after, register_view.warn_after, register_view.rebuild_after, register_view.statement_timeout,
        source_at_table, source_at_parts[3], register_view.source_warn_after, register_view.source_error_after,
        register_view.rejects, register_view.refresh_on_change
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
        refresh_on_change = excluded.refresh_on_change,
        -- The view may read something else now, so its next refresh is not skipped.
        source_snapshot = null,
        watch_state = null;

    if incremental then
        perform freshet.make_incremental(view_name, incremental_by, coalesce(rebuild_on, '{}'));
    elsif freshet.is_incremental(view_name) then
        perform freshet.make_materialized(view_name);
    end if;

    delete from analytics.view_sources as s where s.view_name = register_view.view_name;
    insert into analytics.view_sources (view_name, source)
    select register_view.view_name, r.source from freshet.sources_of_view(view_name) as r;
    perform freshet.watch_source(r.source, r.relkind) from freshet.sources_of_view(view_name) as r;
    perform freshet.unwatch_source(s.source) from unnest(read_before) as s (source);

    -- The command sets its limits itself: pg_cron does not apply those of a function.
    command := format(
        'set statement_timeout = %L; set lock_timeout = ''5s''; select analytics.refresh_view(%L)',
        (extract(epoch from statement_timeout) * 1000)::bigint || 'ms', view_name
    );
    perform cron.schedule(job, schedule, command);
    perform freshet.declare_job(
        job_name => job,
        schedule => schedule,
        command => command,
        late_after => interval '5 minutes',
        max_runtime => statement_timeout
    );
end
$$;

-- supabase/schemas/core/registry/views.sql

comment on column analytics.views.watched_tables is 'The sources and the tables of their trees of partitions, when watch_state was read.';

comment on column analytics.views.watch_state is
    'freshet.watch_state(watched_tables) at the last refresh; null: some write to them was not logged then, or there was none.';

-- supabase/schemas/core/registry/watch_partition.sql

-- Object: freshet.watch_partition()
-- Why: the queue's jobs find a new partition within a minute. What was written to it by its own name until then is in no
--      log, so its source counts as changed: versions move, cached answers end and views are computed whole, though no
--      row came. A function that makes a partition calls this in the same transaction: no other session has seen the
--      partition yet, so there is nothing that was not logged.
-- Why the system column: its row of the catalogue is written when the table is made, and by no later change of it. A table
--      that was there before may have been written to, and is left to the jobs.
create function freshet.watch_partition(partition regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    has_rows boolean;
    one record;
begin
    if not exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = partition and a.attname = 'tableoid' and a.xmin = pg_current_xact_id()::xid
    ) then
        return;
    end if;
    execute format('select exists (select from %s)', partition) into has_rows;
    for one in
        select g.source
        from freshet.watch_gaps(array(select a.relid from pg_partition_ancestors(partition) as a (relid))) as g
        where g.relation = partition and g.source <> partition and g.is_related
    loop
        perform freshet.watch_relative(partition, one.source);
        -- They may have been written before it was attached.
        if has_rows then
            perform freshet.note_whole_change(one.source);
        end if;
        -- Otherwise it is no gap: what the views know of their sources holds with it.
        update analytics.views as v
        set watched_tables = v.watched_tables || partition::oid,
            watch_state = freshet.watch_state(v.watched_tables || partition::oid)
        from analytics.view_sources as s
        where not has_rows and s.view_name = v.view_name and s.source = one.source
            and v.watch_state = freshet.watch_state(v.watched_tables, partition);
    end loop;
end
$$;

revoke all on function freshet.watch_partition(regclass) from public, anon, authenticated;

comment on function freshet.watch_partition(regclass) is
    'Watches a partition for each source that it belongs to. Call it after the partition was attached, in the transaction that made it; otherwise it does nothing, and the jobs of the refresh queue watch it.';

-- supabase/schemas/core/registry/watch_sources.sql

-- Object: freshet.watch_sources()
-- Why: closes what freshet.watch_gaps() finds. Writes before that were not logged, so the source counts as changed: in
--      this transaction, which has waited for the writers of the table. What cannot be watched counts as changed at each
--      call: its views are refreshed more often than they need, and are never stale without an alert.
create or replace function freshet.watch_sources()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Writers of a table wait behind this while it waits for one of them.
    longest_wait constant text := '1s';
    longest_work constant interval := interval '3 seconds';
    began_at constant timestamptz := clock_timestamp();
    usual_wait constant text := current_setting('lock_timeout');
    gap record;
    changed regclass[] := '{}';
begin
    perform set_config('lock_timeout', longest_wait, true);
    -- At random, so that tables which are always locked keep no other from being watched.
    for gap in select g.relation, g.source, g.is_related from freshet.watch_gaps() as g order by random() loop
        if clock_timestamp() < began_at + longest_work then
            begin
                if not gap.is_related then
                    perform freshet.unwatch_relative(gap.relation, gap.source);
                elsif gap.relation = gap.source then
                    if not exists (
                        select from analytics.incremental_views as v
                        where to_regclass(format('analytics.%I', v.view_name)) = gap.source
                    ) then
                        perform freshet.put_change_trigger(gap.source, 'freshet_note_source_change', 'note_source_change');
                    end if;
                    perform freshet.watch_keys(gap.source);
                else
                    perform freshet.watch_relative(gap.relation, gap.source);
                end if;
            exception
                when others then
                    null;
            end;
        end if;
        changed := changed || gap.source;
    end loop;
    -- Once for a source, however many of its partitions came.
    perform freshet.note_whole_change(c.source) from (select distinct u.source from unnest(changed) as u (source)) as c;
    perform set_config('lock_timeout', usual_wait, true);
end
$$;

-- supabase/schemas/core/registry/watch_state.sql

-- Object: freshet.watch_state()
-- Why: what may have been written unseen shows here, also when nothing is wrong any more: a trigger that was disabled and
--      enabled again, a partition that came, left or came back. Each of them writes a new row of the catalog, so xmin moves.
create function freshet.watch_state(tables oid[], without oid default null)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select md5(string_agg(e.state, ' ' order by e.state))
    from (
        select concat_ws(':', t.oid, t.xmin, t.tgenabled) as state
        from pg_catalog.pg_trigger as t
        where t.tgrelid = any (tables) and t.tgrelid is distinct from without and t.tgname like 'freshet\_%'
        union all
        select concat_ws(':', i.inhparent, i.inhrelid, i.xmin)
        from pg_catalog.pg_inherits as i
        where (i.inhparent = any (tables) or i.inhrelid = any (tables)) and i.inhrelid is distinct from without and not i.inhdetachpending
        union all
        select 'tables'
    ) as e;
$$;

revoke all on function freshet.watch_state(oid[], oid) from public, anon, authenticated;

comment on function freshet.watch_state(oid[], oid) is
    'Fingerprint of the triggers that log writes to these tables, and of their places in trees of partitions; without: as if this partition were not there.';

-- supabase/schemas/core/registry/read_watch.sql

-- Object: freshet.read_watch()
-- Why: each refresh asks whether every write was logged. freshet.watch_gaps() answers, and its plan alone takes longer than
--      a refresh that finds nothing to do. So its last good answer is kept with what it rested on, and asked again when
--      that has moved. A write may then be missed even if all is well again.
create function freshet.read_watch(declared analytics.views, sources regclass[], out tables oid[], out state text, out has_gaps boolean)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if declared.watch_state = freshet.watch_state(declared.watched_tables) then
        tables := declared.watched_tables;
        state := declared.watch_state;
        has_gaps := false;
        return;
    end if;
    tables := sources::oid[] || array(select r.relation::oid from analytics.source_relatives as r where r.source = any (sources));
    if not exists (select from freshet.watch_gaps(sources)) then
        state := freshet.watch_state(tables);
    end if;
    has_gaps := true;
end
$$;

revoke all on function freshet.read_watch(analytics.views, regclass[]) from public, anon, authenticated;

comment on function freshet.read_watch(analytics.views, regclass[]) is
    'How writes to the sources of a registered view are watched: tables and state as in analytics.views; has_gaps: one since the last refresh may not have been logged.';

reset check_function_bodies;

-- Statements that count what has no key only when a change of it is logged.
select freshet.build_statements(i.view_name) from analytics.incremental_views as i order by i.view_name;

-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

drop function freshet.group_mappings(regclass,name[]);

drop function freshet.has_source_changes(text);

drop function freshet.has_watch_gaps(text);

drop function freshet.refresh_groups(text);

alter table analytics.source_keys add column is_guarded boolean default false not null;

alter table analytics.views add column watched_tables oid[];

alter table analytics.views add column watch_state text;

alter table analytics.view_mappings add column has_null_group boolean default false not null;

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

-- supabase/schemas/core/incremental/assert_repeatable.sql

-- Object: freshet.assert_repeatable()
-- Why: a group is computed again only when its sources change. A query that reads the clock, or draws lots, has other
--      rows without any change, so groups that were computed at different moments would not belong together.
-- Why functions of SQL and PL: one that is not immutable may read a table, of which no change is then seen.
-- Why one image: a group shows one of the values that are equal in it, and which one depends on the plan. A refresh of the
--      group and one of everything would differ for ever, as rows that nothing explains.
create or replace function freshet.assert_repeatable(view_name text, definition regclass, group_key name[])
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    fault text;
begin
    select string_agg(distinct p.name, ', ') into fault
    from freshet.queries_of(definition) as q
    join pg_catalog.pg_rewrite as r on r.ev_class = q.relation
    cross join lateral (
        select o.oid::regprocedure::text as name
        from regexp_matches(r.ev_action::text, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)', 'g') as m (ids)
        join pg_catalog.pg_proc as o on o.oid = m.ids[1]::oid
        where o.provolatile = 'v'
            or o.oid in (
                'now()'::regprocedure, 'transaction_timestamp()'::regprocedure, 'statement_timestamp()'::regprocedure,
                'current_setting(text)'::regprocedure, 'current_setting(text, boolean)'::regprocedure
            )
            or (o.provolatile = 's' and (select l.lanname from pg_catalog.pg_language as l where l.oid = o.prolang) not in ('internal', 'c'))
        union all
        -- current_date and the like.
        select 'current_date or its like' where r.ev_action::text like '%{SQLVALUEFUNCTION%'
        union all
        select 'tablesample' where r.ev_action::text like '%{TABLESAMPLECLAUSE%'
    ) as p;
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot register "%s" as incremental: its rows change without a change of its sources, by %s', view_name, fault),
            hint = 'Move what depends on the moment of the read into the reading of the rows, write the query of a function into the view, so that the tables it reads are seen, declare immutable what reads none; or leave out incremental.';
    end if;

    select string_agg(k.name, ', ') into fault
    from unnest(group_key) as k (name)
    join pg_catalog.pg_attribute as a on a.attrelid = definition and a.attname = k.name
    join pg_catalog.pg_collation as c on c.oid = a.attcollation
    where not c.collisdeterministic;
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot register "%s" as incremental: key column %s has a collation that takes different texts as equal', view_name, fault),
            hint = 'Give the column a deterministic collation, for example: lower(name) collate "C".';
    end if;

    select string_agg(format('%s is %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attname) into fault
    from pg_catalog.pg_attribute as a
    where a.attrelid = definition and a.attname = any (group_key) and not freshet.has_one_image(a.atttypid, a.atttypmod);
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot register "%s" as incremental: key column %s, of which equal values may look different', view_name, fault),
            hint = 'Cast it in the query, in select and group by: amount::numeric(12,2), code::text, extract(epoch from span)::bigint.';
    end if;
end
$$;

-- supabase/schemas/core/incremental/dirty_statement.sql

-- Object: freshet.dirty_statement()
-- Why: the first half of every generated statement: which groups of the view its rows lack. Counting, refreshing and
--      proving have to read the same keys.
-- Why the group of null: the view cannot hold it, so computing everything fails, at the next refresh and in plain words.
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
                    select format(
                        ' or exists (select from %s as l, declared as v where l.is_whole and %s)',
                        freshet.key_log(m.source), freshet.lacks_change('l.txid')
                    )
                    from (select distinct d.source from analytics.view_mappings as d where d.view_name = dirty_statement.view_name) as m
                    union all
                    -- The query is asked only after a row without a key was written.
                    select format(
                        ' or ((exists (select from aside as a where a.lacks_key)%s) and (%s))',
                        string_agg(distinct format(
                            ' or exists (select from %s as l, declared as v where l.k%s is null and not l.is_whole and %s)',
                            freshet.key_log(m.source), m.place, freshet.lacks_change('l.txid')
                        ), ''),
                        string_agg(distinct format('exists (select from %s as d where d.%I is null)', freshet.definition_of(m.view_name), m.key_column), ' or ')
                    )
                    from analytics.view_mappings as m
                    where m.view_name = dirty_statement.view_name and m.has_null_group
                    having count(*) > 0
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
                'where v.view_name = %L and v.source_snapshot is not null and %s and (l.is_whole or %s or %s)',
                r.pairs, r.view_name, freshet.lacks_change('l.txid'), r.missing, r.present
            ),
            ' union '
        )
        from (
            select
                m.view_name,
                string_agg(format('%L, l.k%s', m.key_column, m.place), ', ' order by m.key_column) as pairs,
                '(' || string_agg(format('l.k%s is not null', m.place), ' and ') || ')' as present,
                -- What is left out may have no key either; see freshet.rejected_statement().
                case
                    when exists (select from analytics.views as v where v.view_name = m.view_name and v.rejects is not null) then 'true'
                    else coalesce('(' || string_agg(format('l.k%s is null', m.place), ' or ') filter (where m.has_null_group) || ')', 'false')
                end as missing
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

-- supabase/schemas/core/incremental/group_mappings.sql

-- Object: freshet.group_mappings()
-- Why: which groups of a view a changed source row can touch is proved by the planner, not declared. The question
--      "the query where key1 = $1 and key2 = $2" is planned for any values. A scan of a source that filters by
--      "expression over the row = $1" reads only rows with that value, so a row can only touch groups whose first key
--      equals the expression: its old version before the change, its new one after it. This holds whatever the tables
--      hold, since the planner relies on the query alone.
-- Why the settings: a sequential scan shows its conditions as a filter; an index scan or a pruned partition hides them.
-- Why the parameters are numbered from 1001: PostgreSQL 15 shows the result of a subquery as $0, $1, … too, and such a
--      condition proves nothing.
create function freshet.group_mappings(definition regclass, group_key name[])
returns table (source regclass, reference smallint, key_column name, expression text, has_value boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = 'force_generic_plan'
set enable_seqscan = on
set enable_indexscan = off
set enable_indexonlyscan = off
set enable_bitmapscan = off
set enable_memoize = off
set enable_partition_pruning = off
set constraint_exclusion = off
set max_parallel_workers_per_gather = 0
as $$
declare
    first constant integer := 1000;
    types constant text := repeat('integer, ', first) || (
        select string_agg(format_type(a.atttypid, a.atttypmod), ', ' order by k.place)
        from unnest(group_key) with ordinality as k (name, place)
        join pg_catalog.pg_attribute as a on a.attrelid = definition and a.attname = k.name and not a.attisdropped
    );
    conditions constant text := (
        select string_agg(format('d.%I operator(pg_catalog.=) $%s', k.name, first + k.place), ' and ' order by k.place)
        from unnest(group_key) with ordinality as k (name, place)
    );
    takes_expressions constant boolean := not freshet.has_collate(definition);
    explained jsonb;
begin
    execute format('prepare freshet_probe (%s) as select * from %s as d where %s', types, definition, conditions);
    begin
        execute format(
            'explain (verbose, costs off, format json) execute freshet_probe (%s)',
            repeat('null, ', first + cardinality(group_key) - 1) || 'null'
        ) into explained;
    exception
        when query_canceled or others then
            deallocate freshet_probe;
            raise;
    end;
    deallocate freshet_probe;

    return query
    with scans as (
        select
            -- The root of a partition; of any other relation itself.
            coalesce(pg_partition_root(s.source::regclass), s.source::regclass) as root,
            s.alias,
            s.filter
        from freshet.scans_of_plan(explained #> '{0,Plan}') as s
    ),
    found as (
        select
            s.root,
            s.alias,
            s.filter,
            array_agg(
                case
                    when takes_expressions
                        or e.expression ~ '^x\.([a-z_][a-z0-9_]*|"[^"]+")$'
                        or freshet.is_collation_free(s.root, e.expression)
                        then e.expression
                end
                order by k.place
            ) as expressions,
            array_agg(freshet.has_value(s.root, e.expression, s.filter, s.alias) order by k.place) as has_values
        from scans as s
        cross join unnest(group_key) with ordinality as k (name, place)
        cross join lateral (select freshet.key_expression(s.filter, s.alias, first + k.place::integer)) as e (expression)
        group by s.root, s.alias, s.filter
    ),
    -- References with the same expressions touch the same groups.
    refs as (
        select f.root, f.expressions, row_number() over (partition by f.root order by f.expressions)::smallint as reference
        from (select distinct o.root, o.expressions from found as o) as f
    )
    select
        r.root, r.reference, k.name, r.expressions[k.place],
        (select bool_and(f.has_values[k.place]) from found as f where f.root = r.root and f.expressions = r.expressions)
    from refs as r
    cross join unnest(group_key) with ordinality as k (name, place);
end
$$;

revoke all on function freshet.group_mappings(regclass, name[]) from public, anon, authenticated;

comment on function freshet.group_mappings(regclass, name[]) is
    'For each reference of a query to a source and each key column: the expression over a source row x that the key equals; null: unknown. has_value: no row for which it is null is read.';

-- supabase/schemas/core/incremental/has_one_image.sql

-- Object: freshet.has_one_image()
-- Why: 1.0 equals 1.00, 0 equals -0, 1 day equals 24 hours. Of which types equal values are the same bytes is what
--      PostgreSQL asks before it stores an index entry once for several rows, by the fourth support function of btree.
create function freshet.has_one_image(type oid, typmod integer)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    declared pg_catalog.pg_type;
begin
    select * into strict declared from pg_catalog.pg_type as t where t.oid = type;
    return case
        when declared.typtype = 'd' then freshet.has_one_image(declared.typbasetype, declared.typtypmod)
        when declared.typtype = 'e' then true
        when declared.typsubscript = 'array_subscript_handler'::regproc and declared.typlen = -1
            then freshet.has_one_image(declared.typelem, typmod)
        -- With a declared scale each number is written in one way.
        when type = 'numeric'::regtype then typmod >= 0
        else exists (
            select
            from pg_catalog.pg_opclass as o
            join pg_catalog.pg_am as m on m.oid = o.opcmethod and m.amname = 'btree'
            join pg_catalog.pg_amproc as p
                on p.amprocfamily = o.opcfamily and p.amproclefttype = o.opcintype and p.amprocrighttype = o.opcintype and p.amprocnum = 4
            where o.opcdefault and o.opcintype in (type, case when type = 'varchar'::regtype then 'text'::regtype else type end)
        )
    end;
end
$$;

revoke all on function freshet.has_one_image(oid, integer) from public, anon, authenticated;

comment on function freshet.has_one_image(oid, integer) is
    'Whether two equal values of the type always have the same bytes, texts under a deterministic collation.';

-- supabase/schemas/core/incremental/has_value.sql

-- Object: freshet.has_value()
-- Why: a source row without a key may belong to the group of null, which no log names. It does not where the scan lets no
--      such row pass: each column of the expression is never null, or filtered by "is not null", and the expression has a
--      value for each value of its columns.
create function freshet.has_value(source regclass, expression text, filter text, alias text)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        expression ~ '^COALESCE\(.*, ''[^'']*''::[a-z ]+\)$'
        or (
            expression !~ '->|\?|COALESCE|CASE|NULLIF'
            and not exists (
                select
                from regexp_matches(expression, '\mx\.([a-z_][a-z0-9_]*|"[^"]+")', 'g') as m (columns)
                left join pg_catalog.pg_attribute as a on a.attrelid = has_value.source and quote_ident(a.attname) = m.columns[1]
                where a.attnotnull is not true
                    and format('(%s.%s IS NOT NULL)', alias, m.columns[1]) not in (select c.condition from freshet.filter_conjuncts(filter) as c (condition))
            )
            and (expression ~ '^x\.([a-z_][a-z0-9_]*|"[^"]+")$' or not freshet.may_raise(source, expression))
        ),
        false
    );
$$;

revoke all on function freshet.has_value(regclass, text, text, text) from public, anon, authenticated;

comment on function freshet.has_value(regclass, text, text, text) is
    'Whether an expression over a row x of the source is null for no row that passes the filter. False where that is not known.';

-- supabase/schemas/core/incremental/is_total_cast.sql

-- Object: freshet.is_total_cast()
-- Why: the key of a source row is cast to the type of the view's column before the group is looked up. A bigint of which
--      a value is no integer would fail each refresh, although no group has it.
create function freshet.is_total_cast(from_type regtype, to_type regtype)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select from_type = to_type
        or exists (
            select
            from pg_catalog.pg_cast as c
            left join pg_catalog.pg_proc as p on p.oid = c.castfunc
            where c.castsource = from_type and c.casttarget = to_type and c.castcontext = 'i' and c.castmethod in ('b', 'f')
                and coalesce(p.provolatile = 'i', true)
        );
$$;

revoke all on function freshet.is_total_cast(regtype, regtype) from public, anon, authenticated;

comment on function freshet.is_total_cast(regtype, regtype) is
    'Whether every value of the first type has one of the second, in every session.';

-- supabase/schemas/core/incremental/key_type.sql

-- Object: freshet.key_type()
-- Why: the writer of a source and the refresh have to compute the same key. An expression that depends on the session,
--      for example on its time zone, is found by the rule for indexes, which PostgreSQL checks itself.
create or replace function freshet.key_type(source regclass, expression text)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    type text;
begin
    execute format('create temporary table freshet_key_check (like %s)', source);
    execute format('create index on pg_temp.freshet_key_check ((%s))', regexp_replace(expression, '\mx\.', '', 'g'));
    -- An index keeps a name as a string of C.
    select case when a.atttypid = 'cstring'::regtype then 'name' else format_type(a.atttypid, a.atttypmod) end into type
    from pg_catalog.pg_index as i
    join pg_catalog.pg_class as c on c.oid = i.indrelid and c.relname = 'freshet_key_check' and c.relnamespace = pg_my_temp_schema()
    join pg_catalog.pg_attribute as a on a.attrelid = i.indexrelid and a.attnum = 1;
    drop table pg_temp.freshet_key_check;
    return type;
end
$$;

-- supabase/schemas/core/incremental/make_incremental.sql

-- Object: freshet.make_incremental()
-- Why: turns a materialized view into a table of the same name, and keeps its query. The rows are taken over as they are,
--      with their version and age, so a reader finds no gap; the next refresh computes everything and writes only what
--      differs. Called again, it derives the mappings again.
create or replace function freshet.make_incremental(view_name text, incremental_by name[], rebuild_on regclass[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    relation constant regclass := format('analytics.%I', view_name)::regclass;
    definition constant text := freshet.definition_of(view_name);
    row_keys constant jsonb := (
        select jsonb_agg(k.names)
        from (
            select (
                select jsonb_agg(a.attname order by u.place)
                from unnest(i.indkey::int2[]) with ordinality as u (number, place)
                join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = u.number
                where u.place <= i.indnkeyatts
            ) as names
            from pg_catalog.pg_index as i
            where i.indrelid = relation and i.indisunique
        ) as k
    );
    row_key name[];
    group_key name[];
    sources regclass[];
    -- What is wrong, or what is still missing.
    fault text;
begin
    if jsonb_array_length(row_keys) > 1 then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot register "%s" as incremental: it has %s unique indexes', view_name, jsonb_array_length(row_keys)),
            hint = 'Keep one: rows are replaced by its key, and two rows that exchange a value of a second one would collide.';
    end if;
    row_key := array(select k.name from jsonb_array_elements_text(row_keys -> 0) with ordinality as k (name, place) order by k.place);
    group_key := coalesce(incremental_by, row_key);
    select string_agg(k.name, ', ') into fault
    from unnest(group_key) as k (name)
    where not exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = relation and a.attname = k.name and a.attnum > 0 and not a.attisdropped
    );
    if fault is not null then
        raise exception using
            errcode = 'undefined_column',
            message = format('cannot register "%s": incremental_by names no column of it: "%s"', view_name, fault),
            hint = 'Name columns of the view by which changes of its sources can be told apart.';
    end if;

    if exists (
        select from analytics.incremental_views as v
        where v.view_name = make_incremental.view_name and v.group_key <> make_incremental.incremental_by
    ) then
        execute format('drop index if exists analytics.%I', freshet.incremental_name('groups_of_', view_name));
    end if;
    -- What is left of a dropped table would be taken for that of a new one with its name.
    perform freshet.unwatch_keys(k.source)
    from (
        select distinct s.source from analytics.source_keys as s
        where not exists (select from pg_catalog.pg_class as c where c.oid = s.source)
    ) as k;
    sources := array(select distinct m.source from analytics.view_mappings as m where m.view_name = make_incremental.view_name);
    delete from analytics.dirty_groups as g where g.view_name = make_incremental.view_name;
    insert into analytics.incremental_views as v (view_name, row_key, group_key, rebuild_on, source_as_of)
    select d.view_name, row_key, group_key, make_incremental.rebuild_on, d.source_as_of
    from analytics.views as d
    where d.view_name = make_incremental.view_name
    on conflict on constraint incremental_views_pkey do update
    set row_key = excluded.row_key, group_key = excluded.group_key, rebuild_on = excluded.rebuild_on;

    if (select c.relkind from pg_catalog.pg_class as c where c.oid = relation) = 'm' then
        if not (select c.relispopulated from pg_catalog.pg_class as c where c.oid = relation) then
            -- An empty table can be read, so the registry has to say that it has no rows yet.
            update analytics.views as v set refreshed_at = null where v.view_name = make_incremental.view_name;
        end if;
        perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0));
        -- Left where a migration dropped the table and made a materialized view of its name.
        execute format('drop view if exists %s', definition);
        perform freshet.replace_view(relation, freshet.text_of_table(relation, definition));
    end if;
    -- Readers would wait for it, so only where it is news.
    select string_agg(format('alter column %I set not null', a.attname), ', ') into fault
    from pg_catalog.pg_attribute as a
    where a.attrelid = to_regclass(format('analytics.%I', make_incremental.view_name)) and a.attname = any (group_key) and not a.attnotnull;
    if fault is not null then
        execute format('alter table analytics.%I %s', view_name, fault);
    end if;
    if not group_key <@ row_key then
        execute format(
            'create index if not exists %I on analytics.%I (%s)',
            freshet.incremental_name('groups_of_', view_name), view_name,
            (select string_agg(format('%I', k.name), ', ') from unnest(group_key) as k (name))
        );
    end if;

    perform freshet.map_view(view_name);
    perform freshet.watch_keys(m.source)
    from (select distinct d.source from analytics.view_mappings as d where d.view_name = make_incremental.view_name order by d.source) as m;
    perform freshet.unwatch_keys(s.source) from unnest(sources) as s (source);
    perform freshet.keep_buckets(view_name);
    perform freshet.build_statements(view_name);
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

-- supabase/schemas/core/incremental/map_view.sql

-- Object: freshet.map_view()
-- Why: derives which groups a change touches, and refuses a view of which this is not known for a source: a refresh that
--      misses a group is wrong for good, and shows nothing.
create or replace function freshet.map_view(view_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    definition constant regclass := freshet.definition_of(view_name)::regclass;
    declared analytics.incremental_views;
    mapping record;
    null_keys name[];
    type text;
    fault text;
begin
    select * into strict declared from analytics.incremental_views as v where v.view_name = map_view.view_name;
    perform freshet.assert_repeatable(view_name, definition, declared.group_key);
    null_keys := array(select k.name from unnest(declared.group_key) as k (name) where freshet.may_be_null(definition, k.name));
    delete from analytics.view_mappings as m where m.view_name = map_view.view_name;
    for mapping in
        select * from freshet.group_mappings(definition, declared.group_key) as m where m.source <> all (declared.rebuild_on)
    loop
        if mapping.expression is not null then
            begin
                type := freshet.key_type(mapping.source, mapping.expression);
            exception
                when others then
                    raise exception using
                        errcode = sqlstate,
                        message = format(
                            'cannot register "%s" as incremental: key column %s is %s of %s: %s',
                            view_name, mapping.key_column, mapping.expression, mapping.source, sqlerrm
                        ),
                        hint = 'Write the expression so that it does not depend on the session, for example "at time zone ''UTC''" before date_trunc.';
            end;
            -- Then a group is known by the other columns alone.
            if not freshet.is_total_cast(
                to_regtype(type)::regtype,
                (select a.atttypid from pg_catalog.pg_attribute as a where a.attrelid = definition and a.attname = mapping.key_column)
            ) then
                mapping.expression := null;
            end if;
        end if;
        if mapping.expression is not null then
            insert into analytics.source_keys (source, place, expression, type, source_name, is_guarded)
            values (
                mapping.source,
                coalesce((select max(k.place) from analytics.source_keys as k where k.source = mapping.source), 0) + 1,
                mapping.expression,
                type,
                freshet.source_name(mapping.source),
                freshet.may_raise(mapping.source, mapping.expression)
            )
            on conflict (source, expression) do nothing;
        end if;
        insert into analytics.view_mappings (view_name, source, reference, key_column, place, has_null_group)
        values (
            map_view.view_name, mapping.source, mapping.reference, mapping.key_column,
            (select k.place from analytics.source_keys as k where k.source = mapping.source and k.expression = mapping.expression),
            mapping.expression is not null and mapping.has_value is not true and mapping.key_column = any (null_keys)
        );
    end loop;

    select string_agg(distinct u.source::text, ', ') into fault
    from (
        -- What the plan does not scan depends on a constraint that can be dropped; what only the plan knows is not watched.
        select s.source from freshet.sources_of_relation(definition) as s
        where not exists (select from analytics.view_mappings as m where m.view_name = map_view.view_name and m.source = s.source)
        union
        select m.source from analytics.view_mappings as m
        where m.view_name = map_view.view_name
        group by m.source, m.reference
        having count(m.place) = 0
            or not exists (select from freshet.sources_of_relation(definition) as s where s.source = m.source)
        union
        -- A materialized view changes as a whole.
        select c.oid::regclass
        from analytics.view_mappings as m
        join pg_catalog.pg_class as c on c.oid = m.source and c.relkind not in ('r', 'p')
        where m.view_name = map_view.view_name
    ) as u (source)
    where u.source <> all (declared.rebuild_on);
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format(
                'cannot register "%s" as incremental by %s: which groups a change touches is not known for %s',
                view_name, array_to_string(declared.group_key, ', '), fault
            ),
            hint = 'Each reading of a source has to be narrowed by a key column. A CTE that is read twice needs "as not materialized"; a materialized view has to be incremental itself; a source that hardly changes may be named in rebuild_on; other columns of the view in incremental_by. A rank or sum over everything cannot be incremental.';
    end if;
end
$$;

-- supabase/schemas/core/incremental/may_be_null.sql

-- Object: freshet.may_be_null()
-- Why: no log names the group of null, since null equals nothing. Where the query cannot have such a group nothing is
--      missed; that is found by the planner, from "where … is not null" and from columns that are never null.
create function freshet.may_be_null(definition regclass, key_column name)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
set constraint_exclusion = 'on'
as $$
declare
    explained jsonb;
begin
    execute format('explain (verbose, costs off, format json) select from %s as d where d.%I is null', definition, key_column) into explained;
    return exists (select from freshet.scans_of_plan(explained #> '{0,Plan}'));
end
$$;

revoke all on function freshet.may_be_null(regclass, name) from public, anon, authenticated;

comment on function freshet.may_be_null(regclass, name) is 'Whether a row of a query may have no value in the column. True also where that is not known.';

-- supabase/schemas/core/incremental/may_raise.sql

-- Object: freshet.may_raise()
-- Why: the key of a row is computed when the row is written, and an error there would fail the write of the application.
--      A query may leave out the rows for which its expression has no value, by a condition that the log does not know:
--      where data ->> 'n' ~ '^[0-9]+$'.
-- Why the list: guarding an expression costs microseconds a row. These, and whatever PostgreSQL itself calls leakproof,
--      raise for no row that can be stored; dates beyond the year 294276 aside.
create function freshet.may_raise(source regclass, expression text)
returns boolean
language plpgsql
strict
set search_path = pg_catalog, pg_temp
as $$
declare
    tree text;
begin
    execute format('create temporary view freshet_raise_check as select %s as key from %s as x', expression, source);
    select r.ev_action::text into strict tree
    from pg_catalog.pg_rewrite as r
    join pg_catalog.pg_class as c on c.oid = r.ev_class
    where c.relname = 'freshet_raise_check' and c.relnamespace = pg_my_temp_schema();
    drop view pg_temp.freshet_raise_check;
    return tree ~ '\{(ARRAYCOERCEEXPR|COERCETODOMAIN|SUBSCRIPTINGREF|ROWCOMPARE|XMLEXPR) '
        -- Every value can be written as a text, and not every text read as a value.
        or (tree like '%{COERCEVIAIO %' and tree ~ ':resulttype (?!25\M)')
        or exists (
            select
            from regexp_matches(tree, ':(?:funcid|opfuncid) (\d+)', 'g') as m (ids)
            join pg_catalog.pg_proc as p on p.oid = m.ids[1]::oid
            where not p.proleakproof
                and p.oid not in (
                    'date_trunc(text, timestamp)'::regprocedure, 'timezone(text, timestamp)'::regprocedure,
                    'timezone(text, timestamptz)'::regprocedure, 'extract(text, timestamp)'::regprocedure,
                    'extract(text, date)'::regprocedure, 'date(timestamp)'::regprocedure, 'timestamp(date)'::regprocedure,
                    'lower(text)'::regprocedure, 'upper(text)'::regprocedure, 'btrim(text)'::regprocedure,
                    'jsonb_object_field_text(jsonb, text)'::regprocedure, 'jsonb_object_field(jsonb, text)'::regprocedure
                )
                -- By a number that is not 0.
                and not (
                    p.oid in (
                        'int4div(integer, integer)'::regprocedure, 'int8div(bigint, bigint)'::regprocedure,
                        'int84div(bigint, integer)'::regprocedure, 'int2div(smallint, smallint)'::regprocedure
                    )
                    and expression !~ '/ (?![1-9][0-9]*\M)'
                )
        );
end
$$;

revoke all on function freshet.may_raise(regclass, text) from public, anon, authenticated;

comment on function freshet.may_raise(regclass, text) is
    'Whether an expression over a row x of the source may fail for some row. True also where that is not known; null without an expression.';

-- supabase/schemas/core/incremental/refresh_groups.sql

-- Object: freshet.refresh_groups()
-- Why: the refresh of an incremental view, called by analytics.refresh_view() under the view's lock. It counts first,
--      since a statement over many partitions takes long to plan and nothing to do is the usual case. Everything is
--      computed again when the rows prove nothing (first fill, another cluster), when that is due (the weekly proof), and
--      when so many groups are dirty that it is cheaper. Then every row that had to be written has to be explained by a
--      logged change; others are counted, and mean that a write was not logged.
-- Why the settings: groups are computed by different sessions, and at::date or amount::text would follow each of them.
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
set timezone = 'UTC'
set datestyle = 'ISO, MDY'
set intervalstyle = 'postgres'
set extra_float_digits = '1'
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

-- supabase/schemas/core/incremental/shapes_of_view.sql

-- Object: freshet.shapes_of_view()
-- Why -1: a cast to numeric(4,1) or varchar(3) fails for a larger value, or cuts it; the key of such a row has no group.
-- Why: a reference may know only some of the key columns: then all groups with these values are dirty. References that
--      know the same columns are one shape, and are computed together.
create or replace function freshet.shapes_of_view(view_name text)
returns table (shape integer, columns name[], logged text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with refs as (
        select
            m.source,
            array_agg(m.key_column order by m.key_column) as columns,
            string_agg(
                format('l.k%s::%s as %I', m.place, format_type(a.atttypid, -1), m.key_column), ', ' order by m.key_column
            ) as keys,
            string_agg(format('l.k%s is not null', m.place), ' and ' order by m.key_column) as present
        from analytics.view_mappings as m
        join pg_catalog.pg_attribute as a
            on a.attrelid = to_regclass(format('analytics.%I', m.view_name)) and a.attname = m.key_column
        where m.view_name = shapes_of_view.view_name and m.place is not null
        group by m.source, m.reference
    )
    select
        (row_number() over (order by r.columns))::integer,
        r.columns,
        string_agg(
            format(
                'select %s from %s as l, declared as v where %s and %s',
                r.keys, freshet.key_log(r.source), freshet.lacks_change('l.txid'), r.present
            ),
            ' union all ' order by r.source::oid, r.keys
        )
    from refs as r
    group by r.columns;
$$;

-- supabase/schemas/core/incremental/source_keys.sql

comment on column analytics.source_keys.is_guarded is
    'The expression may fail for a row: triggers call freshet.try_key_<place>_of_<source>, which then has no key. See freshet.may_raise.';

-- supabase/schemas/core/incremental/unwatch_keys.sql

-- Object: freshet.unwatch_keys()
-- Why: keys that no incremental view reads cost each write of the source. Each goes with its last reader, the log and its
--      triggers with the last one of all.
create or replace function freshet.unwatch_keys(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    name constant text := freshet.source_name(source);
    is_there constant boolean := exists (select from pg_catalog.pg_class as c where c.oid = unwatch_keys.source);
    event text;
    place smallint;
    unread smallint[];
begin
    if not exists (select from analytics.source_keys as k where k.source = unwatch_keys.source) then
        return;
    end if;
    -- A view that read a table which was dropped with cascade has no query any more; its mappings would only keep the log.
    if not is_there then
        delete from analytics.view_mappings as m where m.source = unwatch_keys.source;
    end if;
    if exists (select from analytics.view_mappings as m where m.source = unwatch_keys.source) then
        with removed as (
            delete from analytics.source_keys as k
            where k.source = unwatch_keys.source
                and not exists (select from analytics.view_mappings as m where m.source = k.source and m.place = k.place)
            returning k.place
        )
        select array_agg(r.place) into unread from removed as r;
        -- The triggers first: they call the functions of the keys.
        if unread is not null then
            perform freshet.watch_keys(source);
        end if;
        foreach place in array coalesce(unread, '{}') loop
            execute format('drop function if exists freshet.%I', freshet.incremental_name(format('try_key_%s_of_', place), name));
            execute format('drop function freshet.%I', freshet.incremental_name(format('key_%s_of_', place), name));
            execute format('alter table %s drop column k%s', freshet.key_log(source), place);
        end loop;
        return;
    end if;
    foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
        if is_there then
            execute format('drop trigger if exists freshet_log_%s on %s', event, source);
        end if;
        execute format('drop function if exists freshet.%I()', freshet.incremental_name(format('log_%s_of_', event), name));
    end loop;
    for place in delete from analytics.source_keys as k where k.source = unwatch_keys.source returning k.place loop
        execute format('drop function if exists freshet.%I', freshet.incremental_name(format('try_key_%s_of_', place), name));
        execute format('drop function if exists freshet.%I', freshet.incremental_name(format('key_%s_of_', place), name));
    end loop;
    execute format('drop table if exists freshet.%I', freshet.incremental_name('keys_of_', name));
    -- It noted what the others did not.
    if exists (select from pg_catalog.pg_trigger as t where t.tgrelid = source and t.tgname = 'freshet_note_source_change') then
        perform freshet.put_change_trigger(source, 'freshet_note_source_change', 'note_source_change');
    end if;
end
$$;

-- supabase/schemas/core/incremental/watch_keys.sql

-- Object: freshet.watch_keys()
-- Why: each statement that writes to the source logs the keys of the rows that it touched, before and after. The log is
--      append-only and has no index and no key, so writers never wait for each other because of it.
-- Why "enable always": a bulk load as a replication role switches ordinary triggers off, and would be missed.
-- Why they note the change too: they see whether a row was touched; see freshet.put_change_trigger().
-- Why row(…): made by position and without the name of a type, so a renamed or added column, or a renamed table, changes
--      nothing in the body.
-- Why try_key: an expression that fails for a row must not fail the write. The row then has no key, as in the query, where
--      a condition keeps such rows away from the expression.
-- Why a trigger is made again before a key comes or goes: a statement that began before would call the functions as they
--      were, and log a row without the new key, or fail for want of the old one. Making a trigger waits for it, with no
--      more privilege than watching needs, and it comes first, in the order in which writers lock.
-- Why only what is missing: each "alter table", and a trigger that is made again, would stop readers or writers until the
--      caller commits, and a migration that changes a view's query refreshes the view before that.
create or replace function freshet.watch_keys(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
-- What is there already is no news.
set client_min_messages = 'warning'
as $$
declare
    name constant text := freshet.source_name(source);
    log constant text := format('freshet.%I', freshet.incremental_name('keys_of_', name));
    columns constant text := (
        select string_agg('k' || k.place, ', ' order by k.place) from analytics.source_keys as k where k.source = watch_keys.source
    );
    "values" constant text := (
        select string_agg(
            format(
                'freshet.%I(row(t.*))',
                freshet.incremental_name(format(case when k.is_guarded then 'try_key_%s_of_' else 'key_%s_of_' end, k.place), name)
            ),
            ', ' order by k.place
        )
        from analytics.source_keys as k
        where k.source = watch_keys.source
    );
    -- The refresh of an incremental view notes its own change.
    is_noted constant boolean := not exists (
        select from analytics.incremental_views as v where to_regclass(format('analytics.%I', v.view_name)) = source
    );
    one record;
begin
    if columns is null then
        return;
    end if;
    if exists (select from pg_catalog.pg_trigger as t where t.tgrelid = source and t.tgname = 'freshet_log_truncate')
        and array(select 'k' || k.place from analytics.source_keys as k where k.source = watch_keys.source order by 1)
            <> array(
                select a.attname::text from pg_catalog.pg_attribute as a
                where a.attrelid = to_regclass(log) and a.attname ~ '^k[0-9]+$' and not a.attisdropped
                order by 1
            )
    then
        execute format(
            'create or replace trigger freshet_log_truncate after truncate on %s for each statement execute function freshet.%I()',
            source, freshet.incremental_name('log_truncate_of_', name)
        );
    end if;
    if to_regclass(log) is null then
        execute format(
            'create table %s (txid xid8 not null default pg_current_xact_id(), is_whole boolean not null default false)', log
        );
        execute format('alter table %s enable row level security', log);
        execute format('revoke all on table %s from public, anon, authenticated', log);
        execute format('comment on table %s is %L', log, format('Keys of changed rows of %s; see analytics.source_keys.', source));
    end if;
    for one in
        select
            k.place, k.expression, k.type,
            format('freshet.%I', freshet.incremental_name(format('key_%s_of_', k.place), name)) as function,
            format('freshet.%I', freshet.incremental_name(format('try_key_%s_of_', k.place), name)) as guarded,
            k.is_guarded
        from analytics.source_keys as k
        where k.source = watch_keys.source
    loop
        if not exists (
            select from pg_catalog.pg_attribute as a where a.attrelid = to_regclass(log) and a.attname = 'k' || one.place and not a.attisdropped
        ) then
            execute format('alter table %s add column k%s %s', log, one.place, one.type);
        end if;
        if to_regprocedure(format('%s(%s)', one.function, source)) is null then
            execute format(
                'create function %s(x %s) returns %s language sql immutable begin atomic select %s; end',
                one.function, source, one.type, one.expression
            );
            execute format('revoke all on function %s(%s) from public, anon, authenticated', one.function, source);
        end if;
        if one.is_guarded and to_regprocedure(format('%s(%s)', one.guarded, source)) is null then
            execute format(
                'create function %s(x %s) returns %s language plpgsql immutable set search_path = pg_catalog, pg_temp '
                'as $body$ begin return %s(x); exception when others then return null; end $body$',
                one.guarded, source, one.type, one.function
            );
            execute format('revoke all on function %s(%s) from public, anon, authenticated', one.guarded, source);
        end if;
    end loop;

    for one in
        select e.*, format('freshet.%I', freshet.incremental_name(format('log_%s_of_', e.event), name)) as function
        from (
            values
                ('insert', 'referencing new table as new_rows', array['new_rows']),
                ('update', 'referencing old table as old_rows new table as new_rows', array['old_rows', 'new_rows']),
                ('delete', 'referencing old table as old_rows', array['old_rows']),
                ('truncate', '', null)
        ) as e (event, referencing, images)
    loop
        execute format(
            'create or replace function %s() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp '
            'as $body$ begin insert into %s (%s) %s; %s return null; end $body$',
            one.function,
            log,
            case when one.images is null then 'is_whole' else columns end,
            case when one.images is null then 'values (true)' else (
                select string_agg(format('select %s from %s as t', "values", i.image), ' union ')
                    -- One image alone needs the word; a union has it.
                    || case when cardinality(one.images) = 1 then ' group by ' || "values" else '' end
                from unnest(one.images) as i (image)
            ) end,
            case when one.images is not null and is_noted then 'if found then insert into analytics.source_changes (source) values (tg_relid); end if;' end
        );
        execute format('revoke all on function %s() from public, anon, authenticated', one.function);
        if freshet.has_change_trigger(source, 'freshet_log_' || one.event) then
            continue;
        end if;
        execute format(
            'create or replace trigger freshet_log_%s after %s on %s %s for each statement execute function %s()',
            one.event, one.event, source, one.referencing, one.function
        );
        -- Only the owner of a table may set this; with the privilege TRIGGER alone the trigger fires as others do.
        if pg_has_role((select c.relowner from pg_catalog.pg_class as c where c.oid = source), 'usage') then
            execute format('alter table %s enable always trigger freshet_log_%s', source, one.event);
        end if;
    end loop;
    -- The change itself has to be noticed by every writer whose keys are logged.
    perform freshet.watch_source(source, c.relkind) from pg_catalog.pg_class as c where c.oid = source;
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

-- supabase/schemas/core/registry/has_change_trigger.sql

-- Object: freshet.has_change_trigger()
-- Why: what freshet.put_change_trigger() made can be undone by a restore, a bulk load or an operator. Asked for each
--      source of each pass of the audit, so it is PL/pgSQL, which plans its query once in a session.
create or replace function freshet.has_change_trigger(relation oid, trigger_name text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return exists (
        select
        from pg_catalog.pg_trigger as t
        join pg_catalog.pg_class as c on c.oid = t.tgrelid
        where t.tgrelid = has_change_trigger.relation
            and t.tgname = has_change_trigger.trigger_name
            -- All four events, unless the triggers that log its keys note three of them.
            and (
                t.tgname like 'freshet\_log\_%'
                or t.tgtype & 60 = 60
                or exists (select from analytics.source_keys as k where k.source = t.tgrelid)
            )
            and (t.tgenabled = 'A' or (t.tgenabled = 'O' and not pg_has_role(c.relowner, 'usage')))
    );
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

-- supabase/schemas/core/registry/unregister_view.sql

-- Object: analytics.unregister_view()
-- Why: removes what register_view made: the row, the job, its declaration, and the change trigger of each source that no
--      other view and no live relation reads. Keyed on names: jobids change.
create or replace function analytics.unregister_view(view_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    sources constant regclass[] := array(
        select s.source from analytics.view_sources as s where s.view_name = unregister_view.view_name order by s.source::oid
    );
begin
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
    changed regclass[] := '{}'::regclass[];
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
        changed := array_append(changed, gap.source::regclass);
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

-- supabase/schemas/core/incremental/is_filled.sql

-- Object: freshet.is_filled()
-- Why: PostgreSQL knows of a materialized view whether it has rows to read; a table always has. So an incremental view
--      counts as filled once it was refreshed. Asked for each view of each pass of the audit, so it is PL/pgSQL, which
--      plans its query once in a session.
create or replace function freshet.is_filled(declared analytics.views)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select c.relispopulated and (c.relkind = 'm' or declared.refreshed_at is not null)
        from pg_catalog.pg_class as c
        where c.oid = to_regclass(format('analytics.%I', declared.view_name))
    );
end
$$;

-- supabase/schemas/core/incremental/view_mappings.sql

comment on column analytics.view_mappings.has_null_group is
    'Whether the query may have rows without this key. The view cannot, so after a source row without it was written the refresh looks for such rows, and fails if there are any.';

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

-- Views that are incremental already get these keys, mappings and statements. One that would be refused today stays as it
-- is, and says so.
do $body$
declare
    one record;
begin
    for one in
        select i.view_name from analytics.incremental_views as i
        join freshet.refresh_order() as o on o.view_name = i.view_name
        order by o.depth, i.view_name
    loop
        begin
            perform freshet.map_view(one.view_name);
            update analytics.source_keys as k
            set is_guarded = freshet.may_raise(k.source, k.expression)
            where k.expression !~ '^x\.([a-z_][a-z0-9_]*|"[^"]+")$'
                and exists (select from analytics.view_mappings as m where m.view_name = one.view_name and m.source = k.source and m.place = k.place);
            perform freshet.watch_keys(m.source)
            from (select distinct d.source from analytics.view_mappings as d where d.view_name = one.view_name order by d.source) as m;
            perform freshet.build_statements(one.view_name);
        exception
            when feature_not_supported then
                raise warning '%', sqlerrm using hint = 'Register it again, with another key or without incremental.';
        end;
    end loop;
end
$body$;

-- Rows that count as those of their sources still do.
update analytics.views as v
set watched_tables = w.tables, watch_state = w.state
from (
    select r.view_name, (freshet.read_watch(r, array(select s.source from analytics.view_sources as s where s.view_name = r.view_name))).*
    from analytics.views as r
) as w
where w.view_name = v.view_name and v.source_snapshot is not null;

-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

drop function analytics.register_view(text,text,text,interval,text,regclass,interval,interval,interval,interval,interval,interval);

-- supabase/schemas/core/changes/note_relative_change.sql

-- Object: freshet.note_relative_change()
-- Why: a write to a partition is a change of the source that it belongs to; see analytics.source_relatives.
create or replace function freshet.note_relative_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.note_whole_change(r.source) from analytics.source_relatives as r where r.relation = tg_relid;
    return null;
end
$$;

-- supabase/schemas/core/changes/note_whole_change.sql

-- Object: freshet.note_whole_change()
-- Why: of a write that fired no trigger of the source, or only one of a partition, nothing tells which rows it touched.
--      Views that are refreshed by group compute everything.
create function freshet.note_whole_change(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into analytics.source_changes (source) values (note_whole_change.source);
    if exists (select from analytics.source_keys as k where k.source = note_whole_change.source) then
        execute format('insert into %s (is_whole) values (true)', freshet.key_log(source));
    end if;
end
$$;

revoke all on function freshet.note_whole_change(regclass) from public, anon, authenticated;

comment on function freshet.note_whole_change(regclass) is 'Logs a change of the source that may have touched any row.';

-- supabase/schemas/core/changes/trim_source_changes.sql

-- Object: freshet.trim_source_changes(), analytics.trim_source_changes()
-- Why: keeps the change log short without waiting for a refresh or holding one up; see analytics.source_changes.
create or replace function freshet.trim_source_changes(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    lock_key constant bigint := freshet.source_lock_key(source);
begin
    -- A running refresh has a snapshot that is not in the registry yet, so which changes it lacks is unknown. The lock
    -- is released at once: held to the end of a long transaction it would make other refreshes wait.
    if not pg_try_advisory_lock(lock_key) then
        return;
    end if;
    begin
        perform freshet.delete_needless_source_changes(source);
        perform freshet.fold_keys(source);
    exception
        when query_canceled or others then
            perform pg_advisory_unlock(lock_key);
            raise;
    end;
    perform pg_advisory_unlock(lock_key);
end
$$;

-- supabase/schemas/core/incremental/assert_repeatable.sql

-- Object: freshet.assert_repeatable()
-- Why: a group is computed again only when its sources change. A query that reads the clock, or draws lots, has other
--      rows without any change, so groups that were computed at different moments would not belong together.
create function freshet.assert_repeatable(view_name text, definition regclass, group_key name[])
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
            or o.oid in ('now()'::regprocedure, 'transaction_timestamp()'::regprocedure, 'statement_timestamp()'::regprocedure)
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
            hint = 'Move what depends on the moment of the read into the reading of the rows, or leave out incremental.';
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
end
$$;

revoke all on function freshet.assert_repeatable(text, regclass, name[]) from public, anon, authenticated;

comment on function freshet.assert_repeatable(text, regclass, name[]) is
    'Raises 0A000 for a query whose rows depend on more than its sources, and for keys that are equal without being the same.';

-- supabase/schemas/core/incremental/build_statements.sql

-- Object: freshet.build_statements()
-- Why: a refresh is one statement, so that it reads the keys, computes the groups and takes the snapshot at the same
--      moment: the rows are those of one moment, and what the snapshot includes, the rows include.
-- Why "lateral … offset 0": it keeps the query apart, so that the key arrives as a parameter, which PostgreSQL pushes
--      down to the indexes of the sources; a join with the keys is not pushed into a grouped query. "limit 2" instead
--      where the key is that of one row: the planner would reckon with millions. A second row still fails loudly.
-- Why ctid and array: a join with the view could scan all of it, and the cost would grow with history.
-- Why *<>: 1.0 and 1.00 are different answers, and some types have no equality. REFRESH CONCURRENTLY compares the same way.
create function freshet.build_statements(view_name text)
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
        coalesce(format('update set %s where (t.*) operator(pg_catalog.*<>) (excluded.*)', changes), 'nothing')
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

revoke all on function freshet.build_statements(text) from public, anon, authenticated;

comment on function freshet.build_statements(text) is 'Writes the statements that refresh an incremental view, from its mappings.';

-- supabase/schemas/core/incremental/definition_of.sql

-- Object: freshet.definition_of()
-- Why: the query of an incremental view is a plain view of its own, since the view's name is a table.
create function freshet.definition_of(view_name text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select format('freshet.%I', freshet.incremental_name('definition_of_', view_name));
$$;

revoke all on function freshet.definition_of(text) from public, anon, authenticated;

comment on function freshet.definition_of(text) is 'Quoted name of the plain view that holds the query of an incremental view.';

-- supabase/schemas/core/incremental/dirty_statement.sql

-- Object: freshet.dirty_statement()
-- Why: the first half of every generated statement: which groups of the view its rows lack. Counting, refreshing and
--      proving have to read the same keys.
create function freshet.dirty_statement(view_name text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select format(
            'with declared as materialized (select * from analytics.views where view_name = %1$L), '
            'aside as materialized (select g.ctid as place, g.group_key, '
            '(select string_agg(o.k, '','' order by o.k collate "C") from jsonb_object_keys(g.group_key) as o (k)) as shape '
            'from analytics.dirty_groups as g where g.view_name = %1$L)',
            view_name
        )
        || string_agg(
            format(
                ', dirty_%s as materialized (select distinct u.* from (%s union all select %s from aside as a '
                'cross join lateral jsonb_populate_record(null::analytics.%I, a.group_key) as r where a.shape = %L) as u)',
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

revoke all on function freshet.dirty_statement(text) from public, anon, authenticated;

comment on function freshet.dirty_statement(text) is
    'The WITH clause that finds what the rows of an incremental view lack: dirty_1, dirty_2, … for each shape, and everything.';

-- supabase/schemas/core/incremental/filter_conjuncts.sql

-- Object: freshet.filter_conjuncts()
-- Why: EXPLAIN prints the filter of a scan as one text. Only a condition that holds for every row that passes the scan
--      is a proof, so it is taken apart at its outermost AND. A text that this function does not understand is returned
--      whole, and then proves nothing.
create function freshet.filter_conjuncts(filter text)
returns setof text
language plpgsql
immutable
strict
set search_path = pg_catalog, pg_temp
as $$
declare
    -- "((a) AND (b))": the outermost parentheses belong to the AND. "(a = $1)" has one condition, and keeps them.
    body constant text := case when filter like '((%' then substr(filter, 2, length(filter) - 2) else filter end;
    depth integer := 0;
    is_quoted boolean := false;
    started integer := 1;
    parts text[] := array[]::text[];
    letter text;
begin
    for place in 1..length(body) loop
        letter := substr(body, place, 1);
        if letter in ('''', '"') then
            -- A quote of the other kind inside a quotation makes the text unreadable.
            if filter like '%''%' and filter like '%"%' then
                return next filter;
                return;
            end if;
            is_quoted := not is_quoted;
        elsif is_quoted then
            continue;
        elsif letter = '(' then
            depth := depth + 1;
        elsif letter = ')' then
            depth := depth - 1;
            if depth < 0 then
                return next filter;
                return;
            end if;
        elsif depth = 0 and substr(body, place, 5) = ' AND ' then
            parts := parts || substr(body, started, place - started);
            started := place + 5;
        elsif depth = 0 and substr(body, place, 4) = ' OR ' then
            return next filter;
            return;
        end if;
    end loop;
    if is_quoted or depth <> 0 or cardinality(parts) = 0 then
        return next filter;
        return;
    end if;
    return query select p.part from unnest(parts || substr(body, started)) as p (part);
end
$$;

revoke all on function freshet.filter_conjuncts(text) from public, anon, authenticated;

comment on function freshet.filter_conjuncts(text) is
    'The conditions of a filter, as EXPLAIN prints it, that are joined by its outermost AND; the whole text where it cannot be read.';

-- supabase/schemas/core/incremental/fold_keys.sql

-- Object: freshet.fold_keys()
-- Why: a key log would grow for as long as the slowest view does not refresh. A fold takes committed keys out of the log
--      and puts aside, once each, what a view still lacks. It is called while no refresh reads the source, so the
--      snapshots in the registry are those of the rows. The log and what is put aside change in one statement: every
--      snapshot sees a key in one of the two.
-- Why the lock: another fold, in a transaction that is still open, may have taken a row already.
create function freshet.fold_keys(source regclass)
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
                r.pairs, r.view_name, freshet.lacks_change('l.txid'), r.present
            ),
            ' union '
        )
        from (
            select
                m.view_name,
                string_agg(format('%L, l.k%s', m.key_column, m.place), ', ' order by m.key_column) as pairs,
                '(' || string_agg(format('l.k%s is not null', m.place), ' and ') || ')' as present
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

revoke all on function freshet.fold_keys(regclass) from public, anon, authenticated;

comment on function freshet.fold_keys(regclass) is
    'Empties the key log of a source into analytics.dirty_groups. Call it through freshet.trim_source_changes.';

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
returns table (source regclass, reference smallint, key_column name, expression text)
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
                case when takes_expressions or e.expression ~ '^x\.([a-z_][a-z0-9_]*|"[^"]+")$' then e.expression end
                order by k.place
            ) as expressions
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
    select r.root, r.reference, k.name, r.expressions[k.place]
    from refs as r
    cross join unnest(group_key) with ordinality as k (name, place);
end
$$;

revoke all on function freshet.group_mappings(regclass, name[]) from public, anon, authenticated;

comment on function freshet.group_mappings(regclass, name[]) is
    'For each reference of a query to a source and each key column: the expression over a source row x that the key equals; null: unknown.';

-- supabase/schemas/core/incremental/has_collate.sql

-- Object: freshet.has_collate()
-- Why: EXPLAIN prints expressions without their COLLATE, so the key log would compare and lower-case text by another
--      collation than the query. Of a query with a COLLATE only plain columns are taken as keys.
create function freshet.has_collate(definition regclass)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(bool_or(r.ev_action::text like '%{COLLATEEXPR%'), false)
    from freshet.queries_of(definition) as q
    join pg_catalog.pg_rewrite as r on r.ev_class = q.relation;
$$;

revoke all on function freshet.has_collate(regclass) from public, anon, authenticated;

comment on function freshet.has_collate(regclass) is 'True if the query, or a plain view that it reads, has a COLLATE.';

-- supabase/schemas/core/incremental/incremental_name.sql

-- Object: freshet.incremental_name()
-- Why: what is generated for a view or a source is named after it, and a name has at most 63 bytes.
create function freshet.incremental_name(prefix text, subject text)
returns name
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when octet_length(prefix || subject) <= 63 then prefix || subject
        -- Ten bytes for what tells two long names apart. Names of ours are ASCII; of others a character may be cut.
        else left(prefix || subject, 12) || '_' || md5(subject)
    end::name;
$$;

revoke all on function freshet.incremental_name(text, text) from public, anon, authenticated;

comment on function freshet.incremental_name(text, text) is 'Name of a generated object of schema freshet: prefix and subject, or a hash where they are too long.';

-- supabase/schemas/core/incremental/incremental_views_over.sql

-- Object: freshet.incremental_views_over()
-- Why: the catalogue does not know that the table of an incremental view follows from its query.
create function freshet.incremental_views_over(changed regclass)
returns setof text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive above as (
        select changed::oid as relation
        union
        select n.relation
        from above as a
        cross join lateral (
            select r.ev_class as relation
            from pg_catalog.pg_depend as d
            join pg_catalog.pg_rewrite as r on r.oid = d.objid and r.ev_class <> a.relation
            where d.classid = 'pg_catalog.pg_rewrite'::regclass
                and d.refclassid = 'pg_catalog.pg_class'::regclass
                and d.refobjid = a.relation
            union all
            select to_regclass(format('analytics.%I', v.view_name))::oid
            from analytics.incremental_views as v
            where to_regclass(freshet.definition_of(v.view_name)) = a.relation
        ) as n
    )
    select v.view_name
    from analytics.incremental_views as v
    join above as a on a.relation = to_regclass(freshet.definition_of(v.view_name))
    join freshet.refresh_order() as o on o.view_name = v.view_name
    order by o.depth desc, v.view_name;
$$;

revoke all on function freshet.incremental_views_over(regclass) from public, anon, authenticated;

comment on function freshet.incremental_views_over(regclass) is
    'Incremental views that read the relation, through other views too; each before those that it reads.';

-- supabase/schemas/core/incremental/is_incremental.sql

-- Object: freshet.is_incremental()
-- Why: a registered view is a materialized view or a table with a query; which one is asked in one place.
create function freshet.is_incremental(view_name text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (select from analytics.incremental_views as v where v.view_name = is_incremental.view_name);
$$;

revoke all on function freshet.is_incremental(text) from public, anon, authenticated;

comment on function freshet.is_incremental(text) is 'True for a view that was registered with incremental => true.';

-- supabase/schemas/core/incremental/key_expression.sql

-- Object: freshet.key_expression()
-- Why: what a filter compares with the key becomes the body of a function over one row, so only a text whose meaning is
--      certain is taken.
create function freshet.key_expression(filter text, alias text, parameter integer)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select min(regexp_replace(found.expression, '\m' || key_expression.alias || '\.', 'x.', 'g'))
    from (
        select substr(c.condition, 2, length(c.condition) - length(format(' = $%s)', parameter)) - 1) as expression
        from freshet.filter_conjuncts(filter) as c (condition)
        where c.condition like format('(%% = $%s)', parameter)
    ) as found
    where alias ~ '^[a-z_][a-z0-9_]*$'
        -- An alias inside a literal would be replaced too.
        and not exists (
            select
            from regexp_split_to_table(found.expression, '''') with ordinality as p (part, place)
            where p.place % 2 = 0 and p.part ~ ('\m' || key_expression.alias || '\.')
        )
        -- A second parameter, a subquery: then it is no expression over the row alone.
        and found.expression !~ '\$[0-9]|SubPlan|InitPlan|hashed';
$$;

revoke all on function freshet.key_expression(text, text, integer) from public, anon, authenticated;

comment on function freshet.key_expression(text, text, integer) is
    'The expression over a row x that a scan''s filter demands to equal the parameter; null where there is none.';

-- supabase/schemas/core/incremental/key_log.sql

-- Object: freshet.key_log()
-- Why: the statements that read and fold a key log have to name the same table as the triggers that write it.
create function freshet.key_log(source regclass)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select 'freshet.' || quote_ident(freshet.incremental_name('keys_of_', freshet.source_name(source)));
$$;

revoke all on function freshet.key_log(regclass) from public, anon, authenticated;

comment on function freshet.key_log(regclass) is 'Quoted name of the key log of a source; null where the source is gone.';

-- supabase/schemas/core/incremental/key_type.sql

-- Object: freshet.key_type()
-- Why: the writer of a source and the refresh have to compute the same key. An expression that depends on the session,
--      for example on its time zone, is found by the rule for indexes, which PostgreSQL checks itself.
create function freshet.key_type(source regclass, expression text)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    type text;
begin
    execute format('create temporary table freshet_key_check (like %s)', source);
    execute format('create index on pg_temp.freshet_key_check ((%s))', regexp_replace(expression, '\mx\.', '', 'g'));
    select format_type(a.atttypid, a.atttypmod) into type
    from pg_catalog.pg_index as i
    join pg_catalog.pg_class as c on c.oid = i.indrelid and c.relname = 'freshet_key_check' and c.relnamespace = pg_my_temp_schema()
    join pg_catalog.pg_attribute as a on a.attrelid = i.indexrelid and a.attnum = 1;
    drop table pg_temp.freshet_key_check;
    return type;
end
$$;

revoke all on function freshet.key_type(regclass, text) from public, anon, authenticated;

comment on function freshet.key_type(regclass, text) is
    'Type of an expression over a row x of the source. Raises unless it is immutable and can be indexed.';

-- supabase/schemas/core/incremental/lacks_change.sql

-- Object: freshet.lacks_change()
-- Why: the condition of freshet.has_source_changes(), as text for generated statements: written in one place, since a
--      statement that judged a transaction differently would miss its change.
create function freshet.lacks_change(txid text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select format(
        '(%1$s = pg_current_xact_id_if_assigned() or '
        '(%1$s >= pg_snapshot_xmin(v.source_snapshot) and not pg_visible_in_snapshot(%1$s, v.source_snapshot)))',
        txid
    );
$$;

revoke all on function freshet.lacks_change(text) from public, anon, authenticated;

comment on function freshet.lacks_change(text) is
    'SQL condition: the change of this transaction is not included in the rows of view v, a row of analytics.views.';

-- supabase/schemas/core/incremental/make_incremental.sql

-- Object: freshet.make_incremental()
-- Why: turns a materialized view into a table of the same name, and keeps its query. The rows are taken over as they are,
--      with their version and age, so a reader finds no gap; the next refresh computes everything and writes only what
--      differs. Called again, it derives the mappings again.
create function freshet.make_incremental(view_name text, incremental_by name[], rebuild_on regclass[])
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
    sources := array(select distinct m.source from analytics.view_mappings as m where m.view_name = make_incremental.view_name);
    delete from analytics.dirty_groups as g where g.view_name = make_incremental.view_name;
    insert into analytics.incremental_views as v (view_name, row_key, group_key, rebuild_on)
    values (make_incremental.view_name, row_key, group_key, make_incremental.rebuild_on)
    on conflict on constraint incremental_views_pkey do update
    set row_key = excluded.row_key, group_key = excluded.group_key, rebuild_on = excluded.rebuild_on;

    if (select c.relkind from pg_catalog.pg_class as c where c.oid = relation) = 'm' then
        if not (select c.relispopulated from pg_catalog.pg_class as c where c.oid = relation) then
            -- An empty table can be read, so the registry has to say that it has no rows yet.
            update analytics.views as v set refreshed_at = null where v.view_name = make_incremental.view_name;
        end if;
        perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0));
        perform freshet.replace_view(relation, freshet.text_of_table(relation, definition));
    end if;
    execute (
        select format('alter table analytics.%I %s', make_incremental.view_name, string_agg(format('alter column %I set not null', k.name), ', '))
        from unnest(group_key) as k (name)
    );
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
    perform freshet.build_statements(view_name);
end
$$;

revoke all on function freshet.make_incremental(text, name[], regclass[]) from public, anon, authenticated;

comment on function freshet.make_incremental(text, name[], regclass[]) is
    'Makes a registered view incremental, or derives its mappings again. Raises where a source has no mapping.';

-- supabase/schemas/core/incremental/make_materialized.sql

-- Object: freshet.make_materialized()
-- Why: the way back, for a view whose query has to change, or that is cheaper to compute as a whole.
create function freshet.make_materialized(view_name text)
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
begin
    select string_agg(distinct m.view_name, ', ') into reader from analytics.view_mappings as m where m.source = relation;
    if reader is not null then
        raise exception using
            errcode = 'dependent_objects_still_exist',
            message = format('cannot make "%s" a materialized view: %s is refreshed by its changed rows', view_name, reader),
            hint = format('Register it with incremental => false first, or with rebuild_on => ''{analytics.%s}''.', view_name);
    end if;
    perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0));
    perform freshet.replace_view(relation, (
        select string_agg(t.statement, E';\n' order by t.place, t.statement)
        from analytics.views as v
        cross join lateral (
            select
                1 as place,
                format(
                    'create materialized view %s as %s %s',
                    relation, rtrim(pg_get_viewdef(definition::regclass), ';'), case when v.refreshed_at is null then 'with no data' end
                ) as statement
            union all
            select 2, pg_get_indexdef(i.indexrelid)
            from pg_catalog.pg_index as i
            join pg_catalog.pg_class as c on c.oid = i.indexrelid
            where i.indrelid = relation and c.relname <> freshet.incremental_name('groups_of_', v.view_name)
            union all
            select
                3,
                case o.objsubid
                    when 0 then format('comment on materialized view %s is %L', relation, o.description)
                    else format('comment on column %s.%I is %L', relation, a.attname, o.description)
                end
            from pg_catalog.pg_description as o
            left join pg_catalog.pg_attribute as a on a.attrelid = relation and a.attnum = o.objsubid
            where o.objoid = relation and o.classoid = 'pg_catalog.pg_class'::regclass
        ) as t
        where v.view_name = make_materialized.view_name
    ));
    execute format('drop view %s', definition);
    delete from analytics.incremental_views as v where v.view_name = make_materialized.view_name;
    update analytics.views as v
    set source_snapshot = null, version = v.version + (v.refreshed_at is not null)::integer
    where v.view_name = make_materialized.view_name;
    perform freshet.unwatch_keys(s.source) from unnest(sources) as s (source);
end
$$;

revoke all on function freshet.make_materialized(text) from public, anon, authenticated;

comment on function freshet.make_materialized(text) is
    'Turns an incremental view back into a materialized view of the same name, with rows if it had any. Raises 2BP01 while another view is refreshed by its changed rows.';

-- supabase/schemas/core/incremental/map_view.sql

-- Object: freshet.map_view()
-- Why: derives which groups a change touches, and refuses a view of which this is not known for a source: a refresh that
--      misses a group is wrong for good, and shows nothing.
create function freshet.map_view(view_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    definition constant regclass := freshet.definition_of(view_name)::regclass;
    declared analytics.incremental_views;
    mapping record;
    type text;
    fault text;
begin
    select * into strict declared from analytics.incremental_views as v where v.view_name = map_view.view_name;
    perform freshet.assert_repeatable(view_name, definition, declared.group_key);
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
            insert into analytics.source_keys (source, place, expression, type, source_name)
            values (
                mapping.source,
                coalesce((select max(k.place) from analytics.source_keys as k where k.source = mapping.source), 0) + 1,
                mapping.expression,
                type,
                freshet.source_name(mapping.source)
            )
            on conflict (source, expression) do nothing;
        end if;
        insert into analytics.view_mappings (view_name, source, reference, key_column, place)
        values (
            map_view.view_name, mapping.source, mapping.reference, mapping.key_column,
            (select k.place from analytics.source_keys as k where k.source = mapping.source and k.expression = mapping.expression)
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

revoke all on function freshet.map_view(text) from public, anon, authenticated;

comment on function freshet.map_view(text) is 'Writes the mappings of an incremental view. Raises 0A000 where a source has none.';

-- supabase/schemas/core/incremental/move_references.sql

-- Object: freshet.move_references()
-- Why: a view that becomes a table, or is made again, has a new number, and the registry refers to relations by number.
create function freshet.move_references(old oid, new regclass)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update analytics.view_sources as s set source = move_references.new where s.source = move_references.old;
    update analytics.source_changes as c set source = move_references.new where c.source = move_references.old;
    update analytics.live_relations as l
    set sources = array_replace(l.sources, move_references.old::regclass, move_references.new)
    where move_references.old = any (l.sources);
    update analytics.incremental_views as v
    set rebuild_on = array_replace(v.rebuild_on, move_references.old::regclass, move_references.new)
    where move_references.old = any (v.rebuild_on);
    update analytics.views as v set rejects = move_references.new where v.rejects = move_references.old;
    update analytics.views as v set source_at_table = move_references.new where v.source_at_table = move_references.old;
$$;

revoke all on function freshet.move_references(oid, regclass) from public, anon, authenticated;

comment on function freshet.move_references(oid, regclass) is 'Replaces the number of a relation in the registry.';

-- supabase/schemas/core/incremental/queries_of.sql

-- Object: freshet.queries_of()
-- Why: the planner puts the text of plain views into a query, so what holds for a query has to hold for them too.
create function freshet.queries_of(definition regclass)
returns table (relation regclass)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive queries as (
        select definition::oid as relation
        union
        select d.refobjid
        from queries as q
        join pg_catalog.pg_rewrite as r on r.ev_class = q.relation
        join pg_catalog.pg_depend as d
            on d.classid = 'pg_catalog.pg_rewrite'::regclass
            and d.objid = r.oid
            and d.refclassid = 'pg_catalog.pg_class'::regclass
        join pg_catalog.pg_class as c on c.oid = d.refobjid and c.relkind = 'v'
    )
    select q.relation::regclass from queries as q;
$$;

revoke all on function freshet.queries_of(regclass) from public, anon, authenticated;

comment on function freshet.queries_of(regclass) is 'A view, and every plain view that it reads.';

-- supabase/schemas/core/incremental/refresh_groups.sql

-- Object: freshet.refresh_groups()
-- Why: the refresh of an incremental view, called by analytics.refresh_view() under the view's lock. It counts first,
--      since a statement over many partitions takes long to plan and nothing to do is the usual case. Everything is
--      computed again when the rows prove nothing (first fill, another cluster), when that is due (the weekly proof), and
--      when so many groups are dirty that it is cheaper. Then every row that had to be written has to be explained by a
--      logged change; others are counted, and mean that a write was not logged.
-- Why one second: below it, the choice saves nothing worth an error of the measured costs.
create function freshet.refresh_groups(
    view_name text,
    out is_clean boolean,
    out snapshot pg_snapshot,
    out moved_count bigint,
    out row_count bigint
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
            row_count := known.row_count;
            return;
        end if;
        is_rebuild := is_rebuild or is_everything
            or coalesce(dirty_count * declared.group_ms > greatest(1000, 0.8 * declared.rebuild_ms), false);
    end if;

    began := clock_timestamp();
    execute case when is_rebuild then declared.rebuild_statement else declared.groups_statement end
        into snapshot, dirty_count, gone_count, new_count, changed_count, unexplained, counted;
    spent_ms := extract(epoch from clock_timestamp() - began) * 1000;
    is_clean := false;
    moved_count := gone_count + new_count + changed_count;
    row_count := coalesce(counted, known.row_count + new_count - gone_count);

    update analytics.incremental_views as v
    set rebuilt_at = case when is_rebuild then began else v.rebuilt_at end,
        rebuild_ms = case when is_rebuild then (3 * coalesce(v.rebuild_ms, spent_ms) + spent_ms) / 4 else v.rebuild_ms end,
        group_ms = case
            when is_rebuild or dirty_count = 0 then v.group_ms
            else (3 * coalesce(v.group_ms, spent_ms / dirty_count) + spent_ms / dirty_count) / 4
        end,
        unexplained_count = case
            when not is_rebuild or is_judged and is_everything then v.unexplained_count
            when is_judged then unexplained
            else 0
        end
    where v.view_name = refresh_groups.view_name;
end
$$;

revoke all on function freshet.refresh_groups(text) from public, anon, authenticated;

comment on function freshet.refresh_groups(text) is
    'Brings an incremental view up to date. is_clean: nothing had changed; snapshot: what the rows include; moved_count: rows written or deleted; row_count: rows of the view.';

-- supabase/schemas/core/incremental/replace_view.sql

-- Object: freshet.replace_view()
-- Why: a view that becomes a table, or a table that becomes a view again, is read by other views, and PostgreSQL lets none
--      of them change what it reads. All of it is made again in the caller's transaction, so no reader finds the view
--      missing or empty: plain views are replaced in place, and a materialized view that had rows is filled again.
create function freshet.replace_view(relation regclass, statements text)
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
            set version = v.version + 1, source_snapshot = null
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

revoke all on function freshet.replace_view(regclass, text) from public, anon, authenticated;

comment on function freshet.replace_view(regclass, text) is
    'Makes a relation of schema analytics again by the statements, in which <before> is the old one, and every view that reads it.';

-- supabase/schemas/core/incremental/scans_of_plan.sql

-- Object: freshet.scans_of_plan()
-- Why: the proof of freshet.group_mappings() rests on what each scan of a source filters by.
create function freshet.scans_of_plan(plan jsonb)
returns table (source text, alias text, filter text)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    with recursive nodes as (
        select scans_of_plan.plan as node
        union all
        select p.child from nodes as n cross join lateral jsonb_array_elements(n.node -> 'Plans') as p (child)
    )
    select format('%I.%I', n.node ->> 'Schema', n.node ->> 'Relation Name'), n.node ->> 'Alias', n.node ->> 'Filter'
    from nodes as n
    where n.node ? 'Relation Name';
$$;

revoke all on function freshet.scans_of_plan(jsonb) from public, anon, authenticated;

comment on function freshet.scans_of_plan(jsonb) is 'Scans of relations in a plan of EXPLAIN (verbose, format json).';

-- supabase/schemas/core/incremental/set_aside.sql

-- Object: freshet.set_aside()
-- Why: while a view is made again under its name, the views that read it go on with the old one.
create function freshet.set_aside(relation regclass)
returns regclass
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    kind constant text := (select case c.relkind when 'm' then 'materialized view' else 'table' end from pg_catalog.pg_class as c where c.oid = relation);
    index regclass;
begin
    for index in select i.indexrelid from pg_catalog.pg_index as i where i.indrelid = relation loop
        execute format('alter index %s rename to freshet_before_%s', index, index::oid);
    end loop;
    execute format('alter %s %s rename to freshet_before_%s', kind, relation, relation::oid);
    return relation;
end
$$;

revoke all on function freshet.set_aside(regclass) from public, anon, authenticated;

comment on function freshet.set_aside(regclass) is 'Renames a table or a materialized view and its indexes, so that their names are free.';

-- supabase/schemas/core/incremental/shapes_of_view.sql

-- Object: freshet.shapes_of_view()
-- Why: a reference may know only some of the key columns: then all groups with these values are dirty. References that
--      know the same columns are one shape, and are computed together.
create function freshet.shapes_of_view(view_name text)
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
                format('l.k%s::%s as %I', m.place, format_type(a.atttypid, a.atttypmod), m.key_column), ', ' order by m.key_column
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

revoke all on function freshet.shapes_of_view(text) from public, anon, authenticated;

comment on function freshet.shapes_of_view(text) is
    'Sets of key columns that are logged together for a view, and the query of the keys that the rows of the view lack.';

-- supabase/schemas/core/incremental/source_keys.sql

-- Object: analytics.source_keys
-- Grain: one row per source and expression over one row of it that says which groups the row belongs to
-- Why: what is logged of a source is shared by all incremental views that read it. The expression is compiled as
--      function freshet.key_<place>_of_<source>, whose parsed body follows a renamed column, so that no write of the
--      application fails because of it.
create table analytics.source_keys (
    source regclass not null,
    place smallint not null check (place > 0),
    expression text not null,
    type text not null,
    source_name text not null,
    primary key (source, place),
    unique (source, expression)
);

alter table analytics.source_keys enable row level security;

revoke all on table analytics.source_keys from public, anon, authenticated;

comment on table analytics.source_keys is 'Columns k<place> of the key logs freshet.keys_of_<source>.';

comment on column analytics.source_keys.expression is 'As derived at the registration; x is a row of the source.';

comment on column analytics.source_keys.type is 'SQL name of the type of the expression.';

comment on column analytics.source_keys.source_name is
    'Schema and name of the source when it was first logged: names of generated objects do not follow a rename.';

-- supabase/schemas/core/incremental/source_name.sql

-- Object: freshet.source_name()
-- Why: generated objects of a source are named after it: public_submissions. They keep their names when it is renamed.
create function freshet.source_name(source regclass)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (select min(k.source_name) from analytics.source_keys as k where k.source = source_name.source),
        (
            select n.nspname || '_' || c.relname
            from pg_catalog.pg_class as c
            join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
            where c.oid = source_name.source
        )
    );
$$;

revoke all on function freshet.source_name(regclass) from public, anon, authenticated;

comment on function freshet.source_name(regclass) is 'Schema and name of a source, as a part of generated names.';

-- supabase/schemas/core/incremental/text_of_table.sql

-- Object: freshet.text_of_table()
-- Why: a table that takes the place of a materialized view has its columns, indexes, comments and rows. Indexes come after
--      the rows, which is several times faster.
create function freshet.text_of_table(relation regclass, definition text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select string_agg(t.statement, E';\n' order by t.place, t.statement)
    from pg_catalog.pg_class as c
    cross join lateral (
        select
            1 as place,
            format('create view %s with (security_invoker = on) as %s', definition, rtrim(pg_get_viewdef(c.oid), ';')) as statement
        union all
        select 2, format('revoke all on table %s from public, anon, authenticated', definition)
        union all
        select 2, format('comment on view %s is %L', definition, format('The query of %s.', c.oid::regclass))
        union all
        -- Room on each page, so that a changed row stays on its page and its indexes are not touched.
        select 3, format('create table %s with (fillfactor = 85) as select * from %s with no data', c.oid::regclass, definition)
        union all
        select 4, format('alter table %s enable row level security', c.oid::regclass)
        union all
        -- Privileges alone decide who reads it, as they do for a materialized view. Without a policy a reader with the
        -- privilege would get no rows and no error.
        select 4, format('create policy readers on %s for select using (true)', c.oid::regclass)
        union all
        select 5, format('insert into %s select * from <before>', c.oid::regclass) where c.relispopulated
        union all
        select 6, pg_get_indexdef(i.indexrelid) from pg_catalog.pg_index as i where i.indrelid = c.oid
        union all
        select
            7,
            case o.objsubid
                when 0 then format('comment on table %s is %L', c.oid::regclass, o.description)
                else format('comment on column %s.%I is %L', c.oid::regclass, a.attname, o.description)
            end
        from pg_catalog.pg_description as o
        left join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum = o.objsubid
        where o.objoid = c.oid and o.classoid = 'pg_catalog.pg_class'::regclass
        union all
        select 8, format('analyze %s', c.oid::regclass) where c.relispopulated
    ) as t
    where c.oid = text_of_table.relation;
$$;

revoke all on function freshet.text_of_table(regclass, text) from public, anon, authenticated;

comment on function freshet.text_of_table(regclass, text) is
    'The statements that make a plain view of a materialized view''s query, and a table with its rows, in which <before> is the old one.';

-- supabase/schemas/core/incremental/unwatch_keys.sql

-- Object: freshet.unwatch_keys()
-- Why: keys that no incremental view reads cost each write of the source. Each goes with its last reader, the log and its
--      triggers with the last one of all.
create function freshet.unwatch_keys(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    name constant text := freshet.source_name(source);
    event text;
    place smallint;
    unread smallint[];
begin
    if not exists (select from analytics.source_keys as k where k.source = unwatch_keys.source) then
        return;
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
            execute format('drop function freshet.%I', freshet.incremental_name(format('key_%s_of_', place), name));
            execute format('alter table %s drop column k%s', freshet.key_log(source), place);
        end loop;
        return;
    end if;
    foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
        if name is not null then
            execute format('drop trigger if exists freshet_log_%s on %s', event, source);
        end if;
        execute format('drop function if exists freshet.%I()', freshet.incremental_name(format('log_%s_of_', event), name));
    end loop;
    for place in delete from analytics.source_keys as k where k.source = unwatch_keys.source returning k.place loop
        execute format('drop function if exists freshet.%I', freshet.incremental_name(format('key_%s_of_', place), name));
    end loop;
    execute format('drop table if exists freshet.%I', freshet.incremental_name('keys_of_', name));
end
$$;

revoke all on function freshet.unwatch_keys(regclass) from public, anon, authenticated;

comment on function freshet.unwatch_keys(regclass) is
    'Drops the keys of a source that no incremental view reads, and the whole log where none reads the source by group. Idempotent.';

-- supabase/schemas/core/incremental/watch_keys.sql

-- Object: freshet.watch_keys()
-- Why: each statement that writes to the source logs the keys of the rows that it touched, before and after. The log is
--      append-only and has no index and no key, so writers never wait for each other because of it.
-- Why "enable always": a bulk load as a replication role switches ordinary triggers off, and would be missed.
-- Why row(…): made by position and without the name of a type, so a renamed or added column, or a renamed table, changes
--      nothing in the body.
create function freshet.watch_keys(source regclass)
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
        select string_agg(format('freshet.%I(row(t.*))', freshet.incremental_name(format('key_%s_of_', k.place), name)), ', ' order by k.place)
        from analytics.source_keys as k
        where k.source = watch_keys.source
    );
    one record;
begin
    if columns is null then
        return;
    end if;
    execute format(
        'create table if not exists %s (txid xid8 not null default pg_current_xact_id(), is_whole boolean not null default false)', log
    );
    execute format('alter table %s enable row level security', log);
    execute format('revoke all on table %s from public, anon, authenticated', log);
    execute format('comment on table %s is %L', log, format('Keys of changed rows of %s; see analytics.source_keys.', source));
    for one in
        select k.place, k.expression, k.type, format('freshet.%I', freshet.incremental_name(format('key_%s_of_', k.place), name)) as function
        from analytics.source_keys as k
        where k.source = watch_keys.source
    loop
        execute format('alter table %s add column if not exists k%s %s', log, one.place, one.type);
        if to_regprocedure(format('%s(%s)', one.function, source)) is null then
            execute format(
                'create function %s(x %s) returns %s language sql immutable begin atomic select %s; end',
                one.function, source, one.type, one.expression
            );
            execute format('revoke all on function %s(%s) from public, anon, authenticated', one.function, source);
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
            'as $body$ begin insert into %s (%s) %s; return null; end $body$',
            one.function,
            log,
            case when one.images is null then 'is_whole' else columns end,
            case when one.images is null then 'values (true)' else (
                select string_agg(format('select %s from %s as t', "values", i.image), ' union ')
                    -- One image alone needs the word; a union has it.
                    || case when cardinality(one.images) = 1 then ' group by ' || "values" else '' end
                from unnest(one.images) as i (image)
            ) end
        );
        execute format('revoke all on function %s() from public, anon, authenticated', one.function);
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

revoke all on function freshet.watch_keys(regclass) from public, anon, authenticated;

comment on function freshet.watch_keys(regclass) is
    'Makes the key log of a source, and the triggers and functions that write it. Idempotent; called again for new keys.';

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
            return freshet.log_refresh(entry);
        end if;

        if is_incremental then
            groups := freshet.refresh_groups(view_name);
            snapshot_before := groups.snapshot;
            is_clean := groups.is_clean;
            has_moved := groups.moved_count > 0 or not is_populated;
            entry.rows_after := groups.row_count;
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

-- supabase/schemas/core/registry/assert_refreshable.sql

-- Object: freshet.assert_refreshable()
-- Why: a view that cannot be refreshed concurrently is refused when it is registered, not by its first job.
create or replace function freshet.assert_refreshable(view_name text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    relation constant regclass := to_regclass(format('analytics.%I', view_name));
begin
    if not exists (
        select from pg_catalog.pg_class as c
        where c.oid = relation and (c.relkind = 'm' or c.relkind = 'r' and freshet.is_incremental(assert_refreshable.view_name))
    ) then
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

-- supabase/schemas/core/registry/change_table.sql

-- Object: analytics.change_table()
-- Why: PostgreSQL refuses to change a column that a view reads. By hand that takes a dozen statements for each view:
--      drop, change, create, index, comments, privileges, register, refresh, and again for each view that reads the
--      view. A forgotten step is noticed late: a view without its index cannot be refreshed, and a view that is no
--      longer registered becomes stale without an alert. This function does all of it in one transaction, so readers
--      see the old rows or the new ones, and a failure changes nothing.
--      The registry's row stays, so the version goes on counting: an answer cached before the change is never served
--      after it. References to a view by oid (rejects, sources of live relations) are kept by name meanwhile.
--      The lock of each view's refresh is taken first: a refresh that waited for the dropped view would fail.
create or replace function analytics.change_table(changed regclass, ddl text, texts jsonb default '{}', fill boolean default true)
returns setof text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Of a view that is dropped only a number would be left.
    label constant text := changed::text;
    views jsonb;
    lives jsonb;
    incrementals jsonb := jsonb_build_object();
    one jsonb;
    fault text;
    declared analytics.views;
    live analytics.live_relations;
    incremental analytics.incremental_views;
begin
    -- An incremental view is a table, of which the catalogue does not know what it reads: it is a materialized view meanwhile.
    for incremental in
        select v.* from freshet.incremental_views_over(changed) with ordinality as o (name, place)
        join analytics.incremental_views as v on v.view_name = o.name
        order by o.place
    loop
        incrementals := incrementals || jsonb_build_object(
            incremental.view_name,
            jsonb_build_object('by', incremental.group_key, 'rebuild_on', incremental.rebuild_on::text[])
        );
        perform freshet.make_materialized(incremental.view_name);
    end loop;
    views := (
        select coalesce(jsonb_agg(
            jsonb_build_object(
                'relation', o.relation::text,
                'name', c.relname,
                'kind', case c.relkind when 'm' then 'materialized view' else 'view' end,
                'text', freshet.text_of_view(o.relation),
                'privileges', c.relacl::text,
                'owner', c.relowner::regrole::text,
                'is_filled', c.relkind = 'm' and c.relispopulated,
                'is_registered', v.view_name is not null,
                'rejects', v.rejects::text,
                'source_at', v.source_at_table::text || '.' || quote_ident(v.source_at_column)
            ) order by o.depth, not texts ? c.relname::text, o.relation::text
        ), '[]')
        from freshet.views_over(changed) as o
        join pg_catalog.pg_class as c on c.oid = o.relation
        left join analytics.views as v on to_regclass(format('analytics.%I', v.view_name)) = o.relation
    );
    lives := (
        select coalesce(jsonb_agg(jsonb_build_object('name', l.live_name, 'sources', l.sources::text[])), '[]')
        from analytics.live_relations as l
        where changed = any (l.sources)
            or l.sources && array(select o.relation from freshet.views_over(changed) as o)
    );
    select t.name into fault
    from jsonb_object_keys(texts) as t (name)
    where t.name not in (select v.one ->> 'name' from jsonb_array_elements(views) as v (one));
    if fault is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot change %s: texts names "%s", which is no view over it', label, fault),
            hint = format('Views over it: %s.', coalesce((select string_agg(v.one ->> 'name', ', ') from jsonb_array_elements(views) as v (one)), 'none'));
    end if;
    select format('%s.%s', a.attrelid::regclass, a.attname) into fault
    from jsonb_array_elements(views) as v (one)
    join pg_catalog.pg_attribute as a on a.attrelid = (v.one ->> 'relation')::regclass
    where a.attacl is not null;
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot change %s: %s has privileges of its own, which would be lost', label, fault),
            hint = 'Revoke them before, and grant them again afterwards; or grant on the whole view.';
    end if;

    perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || (v.one ->> 'name'), 0))
    from (
        select a.one from jsonb_array_elements(views) as a (one)
        where (a.one ->> 'is_registered')::boolean
        order by a.one ->> 'name'
    ) as v;
    for one in select v.one from jsonb_array_elements(views) with ordinality as v (one, place) order by v.place desc loop
        execute format('drop %s %s', one ->> 'kind', one ->> 'relation');
    end loop;

    execute ddl;

    for one in select v.one from jsonb_array_elements(views) with ordinality as v (one, place) order by v.place loop
        -- The schema file of a view may make what it leaves out, too.
        if texts ? (one ->> 'name') or to_regclass(one ->> 'relation') is null then
            execute coalesce(texts ->> (one ->> 'name'), one ->> 'text');
        end if;
        if to_regclass(one ->> 'relation') is null then
            raise exception using
                errcode = 'undefined_table',
                message = format('cannot change %s: the text of "%s" does not make %s', label, one ->> 'name', one ->> 'relation'),
                hint = 'Give the whole schema file of the view: create, index, comments.';
        end if;
        if one ->> 'owner' <> current_user::regrole::text then
            execute format('alter %s %s owner to %s', one ->> 'kind', one ->> 'relation', one ->> 'owner');
        end if;
        perform freshet.restore_privileges((one ->> 'relation')::regclass, (one ->> 'privileges')::aclitem[]);
    end loop;

    -- Only now, since what a view rejects is a view that may have come after it.
    for one in
        select v.one from jsonb_array_elements(views) with ordinality as v (one, place)
        where (v.one ->> 'is_registered')::boolean
        order by v.place
    loop
        select * into strict declared from analytics.views as v where v.view_name = one ->> 'name';
        perform analytics.register_view(
            view_name => declared.view_name,
            pack => declared.pack,
            schedule => declared.schedule,
            stale_after => declared.stale_after,
            -- A number outlives no drop, a name does; and a new text may have named another one.
            source_at => case
                when declared.source_at_column is null then null
                when not exists (select from pg_catalog.pg_class as c where c.oid = declared.source_at_table) then one ->> 'source_at'
                else declared.source_at_table::text || '.' || quote_ident(declared.source_at_column)
            end,
            rejects => case
                when declared.rejects is null then null
                when not exists (select from pg_catalog.pg_class as c where c.oid = declared.rejects) then (one ->> 'rejects')::regclass
                else declared.rejects
            end,
            statement_timeout => declared.statement_timeout,
            rebuild_after => declared.rebuild_after,
            warn_after => declared.warn_after,
            source_warn_after => declared.source_warn_after,
            source_error_after => declared.source_error_after,
            refresh_on_change => declared.refresh_on_change,
            incremental => incrementals ? declared.view_name,
            incremental_by => case
                when incrementals ? declared.view_name
                    then array(select b.name from jsonb_array_elements_text(incrementals -> declared.view_name -> 'by') as b (name))::name[]
            end,
            rebuild_on => array(
                select b.name::regclass from jsonb_array_elements_text(incrementals -> declared.view_name -> 'rebuild_on') as b (name)
            )
        );
    end loop;
    for one in select l.one from jsonb_array_elements(lives) as l (one) loop
        select * into strict live from analytics.live_relations as l where l.live_name = one ->> 'name';
        perform analytics.register_live(
            name => live.live_name,
            pack => live.pack,
            sources => array(select s.name::regclass from jsonb_array_elements_text(one -> 'sources') as s (name)),
            moments => live.moments
        );
    end loop;

    for one in select v.one from jsonb_array_elements(views) with ordinality as v (one, place) order by v.place loop
        if fill and (one ->> 'is_filled')::boolean then
            if (one ->> 'is_registered')::boolean then
                perform analytics.refresh_view(one ->> 'name', 'manual');
            else
                execute format('refresh materialized view %s', one ->> 'relation');
            end if;
        end if;
        return next one ->> 'relation';
    end loop;
end
$$;

-- supabase/schemas/core/registry/register_view.sql

-- Object: analytics.register_view()
-- Why: the only way a view gets a schedule. It proves that the view can be refreshed concurrently, finds out what the
--      view reads, watches those sources for changes, and declares the job to the audit. Keyed on names: jobids change.
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
    source_error_after interval default null,
    refresh_on_change interval default null,
    incremental boolean default false,
    incremental_by name[] default null,
    rebuild_on regclass[] default '{}'
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
    command text;
begin
    perform freshet.assert_refreshable(view_name);
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
        source_snapshot = null;

    if incremental then
        perform freshet.make_incremental(view_name, incremental_by, rebuild_on);
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

revoke all on function analytics.register_view(
    text, text, text, interval, text, regclass, interval, interval, interval, interval, interval, interval,
    boolean, name[], regclass[]
)
    from public, anon, authenticated;

comment on function analytics.register_view(
    text, text, text, interval, text, regclass, interval, interval, interval, interval, interval, interval,
    boolean, name[], regclass[]
) is
    'Registers a materialized view of schema analytics and schedules job refresh-<view>. Idempotent. source_at: schema.table.column of the newest source row; rejects: plain view of the source values left out; warn_after, source_warn_after, source_error_after: age of the rows, and of their sources, from which the audit reports them; refresh_on_change: shortest time between two refreshes that changes of the sources cause, null for refreshes by schedule alone; incremental: only the groups that changes touched are computed again, and the view becomes a table of its name; incremental_by: columns of a group, null for those of the unique index; rebuild_on: sources of which any change recomputes everything.';

-- supabase/schemas/core/registry/sources_of_relation.sql

-- Object: freshet.sources_of_relation()
-- Why: what a view reads comes from the catalogue, so that no list of sources can be out of date.
create function freshet.sources_of_relation(relation regclass)
returns table (source regclass, relkind "char")
language sql
stable
set search_path = pg_catalog, pg_temp
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
        where r.ev_class = sources_of_relation.relation
        union
        -- Resolves plain views only: a materialized view is a source with a version of its own.
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

revoke all on function freshet.sources_of_relation(regclass) from public, anon, authenticated;

comment on function freshet.sources_of_relation(regclass) is
    'Tables and materialized views that a view reads, through plain views too. Reads hidden inside functions are not seen.';

-- supabase/schemas/core/registry/sources_of_view.sql

-- Object: freshet.sources_of_view()
-- Why rejects: their number is a part of what a refresh stores, and a value can be left out without a change of any row
--      of the views that the view reads. Its own rows are no source: each refresh would ask for the next one.
create or replace function freshet.sources_of_view(view_name text)
returns table (source regclass, relkind "char")
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select s.source, s.relkind
    from freshet.sources_of_relation(
        case
            when freshet.is_incremental(sources_of_view.view_name) then freshet.definition_of(sources_of_view.view_name)
            else format('analytics.%I', sources_of_view.view_name)
        end::regclass
    ) as s
    union
    select s.source, s.relkind
    from analytics.views as v
    cross join lateral freshet.sources_of_relation(v.rejects) as s
    where v.view_name = sources_of_view.view_name
        and s.source is distinct from to_regclass(format('analytics.%I', v.view_name));
$$;

comment on function freshet.sources_of_view(text) is
    'Tables and materialized views that a view, or its view of rejects, reads. Reads hidden inside functions are not seen: name tables in the view itself.';

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
        perform freshet.make_materialized(view_name);
    end if;
    delete from analytics.views as v where v.view_name = unregister_view.view_name;
    perform cron.unschedule(j.jobname) from cron.job as j where j.jobname = 'refresh-' || view_name;
    perform freshet.withdraw_job('refresh-' || view_name);
    perform freshet.unwatch_source(s.source) from unnest(sources) as s (source);
end
$$;

-- supabase/schemas/core/registry/views.sql

comment on table analytics.views is 'Registry: one row per registered view. Written by register_view and refresh_view only.';

comment on column analytics.views.version is 'Moves by one whenever rows were recomputed, of an incremental view when rows changed; part of every cache key.';

-- supabase/schemas/core/registry/watch_gaps.sql

-- Object: freshet.watch_gaps()
-- Why: partitions come and go, and triggers are disabled for an import and enabled again, while nothing calls
--      Freshet. What was written meanwhile is in no log, so the source counts as changed; see freshet.watch_sources().
create or replace function freshet.watch_gaps()
returns table (relation regclass, source regclass, is_related boolean)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive watched as (
        select s.source from analytics.view_sources as s
        union
        select m.source from analytics.live_relations as l, unnest(l.sources) as m (source)
    ),

    sources as (
        select c.oid as source
        from watched as w
        join pg_catalog.pg_class as c on c.oid = w.source and c.relkind in ('r', 'p')
        -- The refresh of an incremental view logs its own change.
        where not exists (
            select from analytics.incremental_views as v where to_regclass(format('analytics.%I', v.view_name)) = c.oid
        )
    ),

    -- Queries no longer see a partition whose detachment is pending.
    inherits as (
        select i.inhrelid as child, i.inhparent as parent from pg_catalog.pg_inherits as i where not i.inhdetachpending
    ),

    below as (
        select s.source, i.child as relation from sources as s join inherits as i on i.parent = s.source
        union
        select b.source, i.child from below as b join inherits as i on i.parent = b.relation
    ),

    above as (
        select s.source, i.parent as relation from sources as s join inherits as i on i.child = s.source
        union
        select a.source, i.parent from above as a join inherits as i on i.child = a.relation
    ),

    relatives as (
        select b.source, b.relation from below as b
        union
        select a.source, a.relation from above as a
    )

    select s.source::regclass, s.source::regclass, true
    from sources as s
    where not freshet.has_change_trigger(s.source, 'freshet_note_source_change')
    union
    -- The keys of its rows are not logged.
    select k.source, k.source, true
    from analytics.source_keys as k
    join pg_catalog.pg_class as c on c.oid = k.source
    cross join unnest(array['insert', 'update', 'delete', 'truncate']) as e (event)
    where not freshet.has_change_trigger(k.source, 'freshet_log_' || e.event)
    union all
    select r.relation::regclass, r.source::regclass, true
    from relatives as r
    where not freshet.has_change_trigger(r.relation, 'freshet_note_relative_change')
        or not exists (
            select from analytics.source_relatives as k where k.relation = r.relation and k.source = r.source
        )
    union all
    select k.relation, k.source, false
    from analytics.source_relatives as k
    where not exists (select from relatives as r where r.relation = k.relation and r.source = k.source);
$$;

-- supabase/schemas/core/registry/watch_source.sql

-- Object: freshet.watch_source()
-- Why: each statement that writes to a source of a view has to be logged; see analytics.source_changes.
create or replace function freshet.watch_source(source regclass, relkind "char")
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if relkind not in ('r', 'p', 'm') then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot watch %s: changes of this kind of relation cannot be seen', source),
            hint = 'Read from tables, partitioned tables, views over them, or registered materialized views.';
    end if;
    -- A registered view logs its own change, in refresh_view: the statement of an incremental one writes no row where
    -- nothing differs, and would count as a change.
    if relkind = 'm'
        or exists (select from analytics.incremental_views as v where to_regclass(format('analytics.%I', v.view_name)) = source)
    then
        return;
    end if;
    perform freshet.put_change_trigger(source, 'freshet_note_source_change', 'note_source_change');
    perform freshet.watch_relative(g.relation, g.source)
    from freshet.watch_gaps() as g
    where g.source = watch_source.source and g.relation <> g.source and g.is_related;
end
$$;

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
        perform freshet.note_whole_change(gap.source);
    end loop;
    perform set_config('lock_timeout', usual_wait, true);
end
$$;

-- supabase/schemas/core/incremental/incremental_views.sql

-- Object: analytics.incremental_views
-- Grain: one row per registered view whose refresh recomputes only the groups that changes touched
-- Why: such a view is a table of the view's name, and its query is kept as the plain view freshet.definition_of_<view>.
--      The row says which columns make a group, and holds the statements that refresh it: they follow from the mappings
--      alone, so they are written once, at the registration.
-- Why costs: a refresh of many groups is dearer than computing everything. Where that begins depends on the view, so
--      both costs are measured at each refresh.
create table analytics.incremental_views (
    view_name text primary key references analytics.views (view_name) on delete cascade,
    row_key name[] not null check (cardinality(row_key) > 0),
    group_key name[] not null check (cardinality(group_key) > 0),
    rebuild_on regclass[] not null default '{}',
    count_statement text,
    groups_statement text,
    rebuild_statement text,
    rebuilt_at timestamptz,
    rebuild_ms double precision check (rebuild_ms >= 0),
    group_ms double precision check (group_ms >= 0),
    unexplained_count bigint not null default 0 check (unexplained_count >= 0)
);

alter table analytics.incremental_views enable row level security;

revoke all on table analytics.incremental_views from public, anon, authenticated;

comment on table analytics.incremental_views is
    'Views that are refreshed by group. Written by register_view and refresh_view only.';

comment on column analytics.incremental_views.row_key is 'Columns of the unique index: a row is replaced by the row with the same key.';

comment on column analytics.incremental_views.group_key is
    'Columns of the view from which the mappings of its sources are derived: the row key, or incremental_by of register_view.';

comment on column analytics.incremental_views.rebuild_on is 'Sources of which any change recomputes the whole view.';

comment on column analytics.incremental_views.count_statement is 'Returns (snapshot, dirty groups, whether everything is dirty).';

comment on column analytics.incremental_views.groups_statement is
    'Replaces the dirty groups; returns (snapshot, dirty groups, rows deleted, inserted, changed, unexplained).';

comment on column analytics.incremental_views.rebuild_statement is
    'Computes everything and writes the rows that differ; returns the same as groups_statement.';

comment on column analytics.incremental_views.rebuilt_at is 'When everything was last computed: older than rebuild_after, it is done again.';

comment on column analytics.incremental_views.rebuild_ms is 'Moving average of the time that computing everything takes.';

comment on column analytics.incremental_views.group_ms is 'Moving average of the time that one dirty group takes.';

comment on column analytics.incremental_views.unexplained_count is
    'Rows that the last judged rebuild had to write although no logged change explains them. Not 0: a write was not logged.';

-- supabase/schemas/core/incremental/is_filled.sql

-- Object: freshet.is_filled()
-- Why: PostgreSQL knows of a materialized view whether it has rows to read; a table always has. So an incremental view
--      counts as filled once it was refreshed.
create function freshet.is_filled(declared analytics.views)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select c.relispopulated and (c.relkind = 'm' or declared.refreshed_at is not null)
    from pg_catalog.pg_class as c
    where c.oid = to_regclass(format('analytics.%I', declared.view_name));
$$;

revoke all on function freshet.is_filled(analytics.views) from public, anon, authenticated;

comment on function freshet.is_filled(analytics.views) is 'Whether a registered view has rows to read; null where it does not exist.';

-- supabase/schemas/core/incremental/view_mappings.sql

-- Object: analytics.view_mappings
-- Grain: one row per incremental view, reference to a source in its query, and column of the view's group key
-- Why: a row of the source can only touch groups whose key column equals the source key. Derived from the planner by
--      freshet.group_mappings(), never declared.
create table analytics.view_mappings (
    view_name text not null references analytics.incremental_views (view_name) on delete cascade,
    source regclass not null,
    reference smallint not null,
    key_column name not null,
    place smallint,
    primary key (view_name, source, reference, key_column),
    foreign key (source, place) references analytics.source_keys (source, place)
);

create index view_mappings_source_idx on analytics.view_mappings (source, place);

alter table analytics.view_mappings enable row level security;

revoke all on table analytics.view_mappings from public, anon, authenticated;

comment on table analytics.view_mappings is 'Which groups of a view a row of a source can touch.';

comment on column analytics.view_mappings.reference is 'A query that reads a source twice has two references to it, from 1 on.';

comment on column analytics.view_mappings.place is 'analytics.source_keys.place; null: groups with any value of the column.';

-- supabase/schemas/core/read/view_state.sql

-- Object: freshet.view_state()
-- Why: one shape of state for read_view and view_states.
create or replace function freshet.view_state(declared analytics.views)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'version', declared.version,
        'refreshed_at', declared.refreshed_at,
        'verified_at', declared.verified_at,
        'source_as_of', declared.source_as_of,
        'stale_after_seconds', extract(epoch from declared.stale_after)::bigint,
        'populated', coalesce(freshet.is_filled(declared), false)
    );
$$;

-- supabase/schemas/core/incremental/dirty_groups.sql

-- Object: analytics.dirty_groups
-- Grain: one row per key that a fold took out of a key log for a view that does not include its change yet
-- Why: a view that refreshes once a day would keep the logs of its sources for a day. Its keys wait here, each once.
-- Why no key: a fold never waits for another transaction.
create table analytics.dirty_groups (
    view_name text not null references analytics.incremental_views (view_name) on delete cascade,
    group_key jsonb not null check (jsonb_typeof(group_key) = 'object')
);

create index dirty_groups_view_name_idx on analytics.dirty_groups (view_name);

alter table analytics.dirty_groups enable row level security;

revoke all on table analytics.dirty_groups from public, anon, authenticated;

comment on table analytics.dirty_groups is 'Written by freshet.fold_keys(), emptied by the refresh that includes the changes.';

comment on column analytics.dirty_groups.group_key is
    'Columns of the group key and their values; columns left out: any value; {}: everything.';

-- Views that are registered already: what their views of rejects read is a source of them now.
with added as (
    insert into analytics.view_sources (view_name, source)
    select v.view_name, s.source
    from analytics.views as v
    cross join lateral freshet.sources_of_view(v.view_name) as s
    where v.rejects is not null and to_regclass(format('analytics.%I', v.view_name)) is not null
    on conflict do nothing
    returning source
)
select freshet.watch_source(a.source, c.relkind)
from (select distinct source from added) as a
join pg_catalog.pg_class as c on c.oid = a.source;

reset check_function_bodies;

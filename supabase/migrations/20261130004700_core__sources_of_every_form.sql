-- Rows that count as those of their sources before this migration still do after it, with what else is watched now.
select set_config(
    'freshet.settled_views',
    coalesce((select string_agg(v.view_name, ',') from analytics.views as v where v.watch_state = freshet.watch_state(v.watched_tables)), ''),
    false
);

-- Sources of any name, type, form and owner are followed by refreshes of groups; what no trigger sees counts as changed.
set check_function_bodies = off;

-- supabase/schemas/core/incremental/assert_order_free.sql

-- Object: freshet.assert_order_free()
-- Why: the last bits of a sum of floats, and the order of a collected array, follow the order in which rows are read. A
--      group is read by an index and everything by a scan, so both differ from each other and from the query, and each
--      rebuild would count such rows as unexplained.
-- Why not in freshet.map_view(): a view that was registered before this was known goes on.
create function freshet.assert_order_free(view_name text, definition regclass)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    fault text;
begin
    select string_agg(distinct a.aggfnoid::regprocedure::text, ', ') into fault
    from freshet.queries_of(definition) as q
    join pg_catalog.pg_rewrite as r on r.ev_class = q.relation
    cross join lateral regexp_split_to_table(r.ev_action::text, ':(aggfnoid|winfnoid) ') with ordinality as p (call, place)
    join pg_catalog.pg_aggregate as a on p.place > 1 and a.aggfnoid = substring(p.call from '^\d+')::oid
    where a.aggtranstype = 'float8[]'::regtype
        or a.aggtransfn in ('float4pl(real,real)'::regprocedure, 'float8pl(double precision,double precision)'::regprocedure)
        -- Ordered by itself or made of different values: both sort.
        or (
            (select f.proname from pg_catalog.pg_proc as f where f.oid = a.aggfnoid) ~ '^(array_agg|string_agg|xmlagg|jsonb?_agg(_strict)?)$'
            and substring(p.call from ':aggorder (\S+ :aggdistinct \S+) ') = '<> :aggdistinct <>'
        );
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot register "%s" as incremental: what %s makes depends on the order in which rows are read', view_name, fault),
            hint = 'Aggregate floats as numeric: avg(score::numeric). Order what is collected: array_agg(name order by name, id).';
    end if;
end
$$;

revoke all on function freshet.assert_order_free(text, regclass) from public, anon, authenticated;

comment on function freshet.assert_order_free(text, regclass) is
    'Raises 0A000 for a query with a sum of floats, or with an aggregate that collects values in no order.';

-- supabase/schemas/core/incremental/compared_type.sql

-- Object: freshet.compared_type()
-- Why: PostgreSQL has no comparison for a varchar or a domain, and compares the type beneath it.
create function freshet.compared_type(type oid, typmod integer)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when t.typtype = 'd' then freshet.compared_type(t.typbasetype, t.typtypmod)
        when t.oid = 'varchar'::regtype then 'text'
        else format_type(t.oid, typmod)
    end
    from pg_catalog.pg_type as t
    where t.oid = type;
$$;

revoke all on function freshet.compared_type(oid, integer) from public, anon, authenticated;

comment on function freshet.compared_type(oid, integer) is 'SQL name of the type as which PostgreSQL compares values of a type.';

-- supabase/schemas/core/incremental/dirty_statement.sql

-- Object: freshet.dirty_statement()
-- Why: the first half of every generated statement: which groups of the view its rows lack. Counting, refreshing and
--      proving have to read the same keys.
-- Why a record of the key alone: a row of the view would need a value for each domain that takes no null.
-- Why strict: otherwise an array with a null in it is taken for a key that is missing.
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
            'g.group_key @? ''strict $.* ? (@ == null)'' as lacks_key '
            'from analytics.dirty_groups as g where g.view_name = %1$L)',
            view_name
        )
        || string_agg(
            format(
                ', dirty_%s as materialized (select distinct u.* from (%s union all select %s from aside as a '
                'cross join lateral jsonb_to_record(a.group_key) as r (%s) where a.shape = %L and not a.lacks_key) as u)',
                s.shape,
                s.logged,
                (select string_agg(format('r.%I', c.name), ', ' order by c.place) from unnest(s.columns) with ordinality as c (name, place)),
                (
                    select string_agg(format('%I %s', c.name, freshet.compared_type(a.atttypid, -1)), ', ' order by c.place)
                    from unnest(s.columns) with ordinality as c (name, place)
                    join pg_catalog.pg_attribute as a on a.attrelid = to_regclass(format('analytics.%I', view_name)) and a.attname = c.name
                ),
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

-- supabase/schemas/core/incremental/filter_conjuncts.sql

-- Object: freshet.filter_conjuncts()
-- Why: EXPLAIN prints the filter of a scan as one text. Only a condition that holds for every row that passes the scan
--      is a proof, so it is taken apart at its outermost AND. A text that this function does not understand is returned
--      whole, and then proves nothing.
create or replace function freshet.filter_conjuncts(filter text)
returns setof text
language plpgsql
immutable
strict
set search_path = pg_catalog, pg_temp
as $$
declare
    -- "((a = $1) AND b)": the outermost parentheses belong to the AND. "(a = $1)" has one condition, and keeps them.
    body constant text := case when filter like '(%)' then substr(filter, 2, length(filter) - 2) else filter end;
    depth integer := 0;
    -- The mark of the literal or the name that the letter is in. A doubled mark ends it, and begins it again.
    quoted_by text;
    started integer := 1;
    parts text[] := array[]::text[];
    letter text;
begin
    for place in 1..length(body) loop
        letter := substr(body, place, 1);
        if quoted_by is not null then
            quoted_by := nullif(quoted_by, letter);
        elsif letter in ('''', '"') then
            quoted_by := letter;
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
    if quoted_by is not null or depth <> 0 or cardinality(parts) = 0 then
        return next filter;
        return;
    end if;
    return query select p.part from unnest(parts || substr(body, started)) as p (part);
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
-- Why the types: of a varchar or a domain every comparison is one of its base type, and a parameter of the type itself
--      would be cast beside it: ((x.code)::text = ($1001)::text) is no "expression = parameter".
-- Why sources_of_scan: a table that inherits, and a partition, is read under the name of a source above it.
-- Why the parameters are numbered from 1001: PostgreSQL 15 shows the result of a subquery as $0, $1, … too, and such a
--      condition proves nothing.
create or replace function freshet.group_mappings(definition regclass, group_key name[])
returns table (source regclass, reference smallint, key_column name, expression text, has_value boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = 'force_generic_plan'
-- A moment in the text of an expression follows them.
set timezone = 'UTC'
set datestyle = 'ISO, MDY'
set intervalstyle = 'postgres'
set extra_float_digits = '1'
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
        select string_agg(freshet.compared_type(a.atttypid, a.atttypmod), ', ' order by k.place)
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
        select r.source as root, s.source::regclass as scanned, s.alias, s.filter
        from freshet.scans_of_plan(explained #> '{0,Plan}') as s
        cross join lateral freshet.sources_of_scan(definition, s.source::regclass) as r
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
            -- A table that inherits may take a null where the one above it takes none.
            array_agg(freshet.has_value(s.scanned, e.expression, s.filter, s.alias) order by k.place) as has_values
        from scans as s
        cross join unnest(group_key) with ordinality as k (name, place)
        cross join lateral (select freshet.key_expression(s.filter, s.alias, first + k.place::integer)) as e (expression)
        group by s.root, s.scanned, s.alias, s.filter
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

-- supabase/schemas/core/incremental/has_every_key.sql

-- Object: freshet.has_every_key()
-- Why: rows without a key are counted at each refresh, and finding that there are none could read the whole source. Where a
--      key is a column that is never null, and no outer join can make it so, there are none.
create or replace function freshet.has_every_key(rejects regclass, key name[])
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select
        not exists (
            select
            from freshet.queries_of(rejects) as q
            join pg_catalog.pg_rewrite as r on r.ev_class = q.relation
            where r.ev_action::text ~ ':jointype [1-3]|[{]GROUPINGSET'
        )
        and coalesce(bool_and(
            exists (
                select
                from pg_catalog.pg_attribute as a
                where a.attrelid = m.source and a.attnotnull and format('x.%I', a.attname) = m.expression
                    -- A table that inherits may take a null there.
                    and not exists (
                        select from pg_catalog.pg_inherits as i
                        join pg_catalog.pg_class as c on c.oid = i.inhrelid and not c.relispartition
                        where i.inhparent = m.source
                    )
            )
        ), false)
    from freshet.group_mappings(rejects, key) as m;
$$;

-- supabase/schemas/core/incremental/has_value.sql

-- Object: freshet.has_value()
-- Why: a source row without a key may belong to the group of null, which no log names. It does not where the scan lets no
--      such row pass: each column of the expression is never null, or filtered by "is not null", and the expression has a
--      value for each value of its columns.
create or replace function freshet.has_value(source regclass, expression text, filter text, alias text)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        expression ~ '^COALESCE\(.*, ''[^'']*''::[a-z ]+\)$'
        or (
            expression !~ '->|\?|COALESCE|CASE|NULLIF|jsonb_object_field'
            and not exists (
                select
                from regexp_matches(expression, '\mx\.([a-z_][a-z0-9_]*|"[^"]+")', 'g') as m (columns)
                left join pg_catalog.pg_attribute as a on a.attrelid = has_value.source and quote_ident(a.attname) = m.columns[1]
                where a.attnotnull is not true
                    and format('(%I.%s IS NOT NULL)', alias, m.columns[1]) not in (select c.condition from freshet.filter_conjuncts(filter) as c (condition))
            )
            and (expression ~ '^x\.([a-z_][a-z0-9_]*|"[^"]+")$' or not freshet.may_raise(source, expression))
        ),
        false
    );
$$;

-- supabase/schemas/core/incremental/key_expression.sql

-- Object: freshet.key_expression()
-- Why: what a filter compares with the key becomes the body of a function over one row, so only a text whose meaning is
--      certain is taken.
create or replace function freshet.key_expression(filter text, alias text, parameter integer)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select min(replaced.expression)
    from (
        select substr(c.condition, 2, length(c.condition) - length(format(' = $%s)', parameter)) - 1) as expression
        from freshet.filter_conjuncts(filter) as c (condition)
        where c.condition like format('(%% = $%s)', parameter)
    ) as found
    cross join (select quote_ident(key_expression.alias) as name) as a
    -- Not inside a literal or a quoted name. A quoted name before a dot is the alias, or of what we do not know: a column.
    cross join lateral (
        select string_agg(
            case
                when p.part[1] = a.name || '.' then 'x.'
                when p.part[1] ~ '^[''"]' or a.name ~ '^"' then p.part[1]
                else regexp_replace(p.part[1], '\m' || a.name || '\.', 'x.', 'g')
            end,
            '' order by p.place
        ) as expression
        from regexp_matches(found.expression, '''(?:[^'']|'''')*''|"(?:[^"]|"")*"\.?|[^''"]+', 'g') with ordinality as p (part, place)
    ) as replaced
    where (a.name ~ '^"' or a.name ~ '^[a-z_][a-z0-9_]*$')
        -- A second parameter, a subquery: then it is no expression over the row alone.
        and found.expression !~ '\$[0-9]|SubPlan|InitPlan|hashed';
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

    perform freshet.assert_order_free(view_name, definition::regclass);
    perform freshet.map_view(view_name);
    -- A key of a column that is gone cannot be made again.
    perform freshet.unwatch_keys(s.source) from unnest(sources) as s (source);
    perform freshet.watch_keys(m.source)
    from (select distinct d.source from analytics.view_mappings as d where d.view_name = make_incremental.view_name order by d.source) as m;
    perform freshet.keep_buckets(view_name);
    perform freshet.build_statements(view_name);
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
    perform freshet.assert_repeatable(view_name, definition, declared.group_key || declared.row_key);
    null_keys := array(select k.name from unnest(declared.group_key) as k (name) where freshet.may_be_null(definition, k.name));
    delete from analytics.view_mappings as m where m.view_name = map_view.view_name;
    for mapping in
        select
            m.*,
            row_number() over (partition by m.source order by m.ordinality) as place,
            array_agg(m.expression) filter (where m.expression is not null) over (partition by m.source) as expressions
        from freshet.group_mappings(definition, declared.group_key) with ordinality as m
        where m.source <> all (declared.rebuild_on)
        -- Places are numbered in this order.
        order by m.ordinality
    loop
        if mapping.place = 1 then
            perform freshet.lock_keys(mapping.source);
            perform freshet.rename_keys(mapping.source, coalesce(mapping.expressions, '{}'));
        end if;
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
                (select to_regtype(freshet.compared_type(a.atttypid, -1)) from pg_catalog.pg_attribute as a where a.attrelid = definition and a.attname = mapping.key_column)
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

    if not exists (select from analytics.view_mappings as m where m.view_name = map_view.view_name) then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot register "%s" as incremental: no source of it is refreshed by group', view_name),
            hint = 'Leave out incremental: any change computes everything. rebuild_on is for some of the sources.';
    end if;
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

-- supabase/schemas/core/incremental/may_raise.sql

-- Object: freshet.may_raise()
-- Why: the key of a row is computed when the row is written, and an error there would fail the write of the application.
--      A query may leave out the rows for which its expression has no value, by a condition that the log does not know:
--      where data ->> 'n' ~ '^[0-9]+$'.
-- Why the list: guarding an expression costs microseconds a row. These, and whatever PostgreSQL itself calls leakproof,
--      raise for no row that can be stored; dates beyond the year 294276 aside.
create or replace function freshet.may_raise(source regclass, expression text)
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
        -- The name of a unit or of a zone, where it is no literal that the planner has looked at.
        or tree ~ format(
            '[{]FUNCEXPR :funcid (?:%s|%s|%s|%s|%s) [^{}]*:args \([{](?!CONST )',
            'date_trunc(text, timestamp)'::regprocedure::oid, 'timezone(text, timestamp)'::regprocedure::oid,
            'timezone(text, timestamptz)'::regprocedure::oid, 'extract(text, timestamp)'::regprocedure::oid,
            'extract(text, date)'::regprocedure::oid
        )
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

-- supabase/schemas/core/incremental/refresh_groups.sql

-- Object: freshet.refresh_groups()
-- Why: the refresh of an incremental view, called by analytics.refresh_view() under the view's lock. It counts first,
--      since a statement over many partitions takes long to plan and nothing to do is the usual case. Everything is
--      computed again when the rows prove nothing (first fill, another cluster), when that is due (the weekly proof), and
--      when so many groups are dirty that it is cheaper. Then every row that had to be written has to be explained by a
--      logged change; others are counted, and mean that a write was not logged.
-- Why the settings: groups are computed by different sessions, and at::date or amount::text would follow each of them.
create or replace function freshet.refresh_groups(
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
    is_rebuild := not is_judged or coalesce(declared.rebuilt_at not between clock_timestamp() - known.rebuild_after and clock_timestamp() + interval '1 hour', true);
    -- Everything is computed. A key that was put aside may not even be read any more: a value of its enum has another name.
    if has_watch_gaps then
        delete from analytics.dirty_groups as g where g.view_name = refresh_groups.view_name;
    end if;
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
                format('l.k%s::%s as %I', m.place, freshet.compared_type(a.atttypid, -1), m.key_column), ', ' order by m.key_column
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

-- supabase/schemas/core/incremental/source_name.sql

-- Object: freshet.source_name()
-- Why: generated objects of a source are named after it: public_submissions. They keep their names when it is renamed.
-- Why the number: a table that was renamed leaves its name to another one, and a.b_c is called like a_b.c. Two sources with
--      one log would call each other's functions, and fail each other's writes.
create or replace function freshet.source_name(source regclass)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (select min(k.source_name) from analytics.source_keys as k where k.source = source_name.source),
        (
            select
                n.nspname || '_' || c.relname
                || case
                    when exists (select from analytics.source_keys as k where k.source_name = n.nspname || '_' || c.relname)
                        -- Left on a table of another role; see freshet.unwatch_keys().
                        or to_regproc(format('freshet.%I', freshet.incremental_name('log_insert_of_', n.nspname || '_' || c.relname))) is not null
                        then '_' || c.oid
                    else ''
                end
            from pg_catalog.pg_class as c
            join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
            where c.oid = source_name.source
        )
    );
$$;

-- supabase/schemas/core/incremental/sources_of_scan.sql

-- Object: freshet.sources_of_scan()
-- Why: a plan names each partition, and each table that inherits, where the query names a table above it. A partition that
--      the query itself names is a source of its own.
create function freshet.sources_of_scan(definition regclass, scanned regclass)
returns table (source regclass)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive above as (
        select scanned::oid as relation
        union
        select i.inhparent from above as a join pg_catalog.pg_inherits as i on i.inhrelid = a.relation
    ),
    found as (
        select s.source from freshet.sources_of_relation(definition) as s join above as a on a.relation = s.source
    )
    select f.source from found as f
    union all
    -- What only the plan knows.
    select scanned where not exists (select from found);
$$;

revoke all on function freshet.sources_of_scan(regclass, regclass) from public, anon, authenticated;

comment on function freshet.sources_of_scan(regclass, regclass) is
    'Sources of a query as which its plan scans a table: the table itself, or those that it is a partition or a child of; the table where none is.';

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
    -- The privilege TRIGGER is enough to make a trigger, and not to drop it.
    can_drop constant boolean := coalesce(
        (select pg_has_role(c.relowner, 'usage') from pg_catalog.pg_class as c where c.oid = unwatch_keys.source), true
    );
    event text;
    place smallint;
    unread smallint[];
begin
    perform freshet.lock_keys(source);
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
            execute format('drop function if exists freshet.%I', freshet.incremental_name(format('key_%s_of_', place), name));
            execute format('alter table %s drop column k%s', freshet.key_log(source), place);
        end loop;
        return;
    end if;
    foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
        if not can_drop then
            execute format(
                'create or replace function freshet.%I() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp '
                'as $body$ begin return null; end $body$',
                freshet.incremental_name(format('log_%s_of_', event), name)
            );
            continue;
        end if;
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
    if not can_drop then
        raise notice using
            message = format('the triggers freshet_log_… of %s stay, and do nothing: the table belongs to another role', source),
            hint = format('As its owner: drop trigger freshet_log_insert on %s; and so on for update, delete and truncate.', source);
    end if;
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
-- Why to_regproc: "drop column … cascade" takes the function of a key along, and a write must not fail for want of it. Then
--      any row may have been touched, until the views without a query are unregistered.
-- Why a trigger is made again before a key comes or goes: a statement that began before would call the functions as they
--      were, and log a row without the new key, or fail for want of the old one. Making a trigger waits for it, with no
--      more privilege than watching needs, and it comes first, in the order in which writers lock.
-- Why the function of a trigger is looked at: on a table of another role it may be left from before a rename.
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
    -- First, since what follows reads the keys.
    is_alone constant boolean := freshet.lock_keys(source);
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
    -- Functions that somebody may drop, as SQL.
    lacks_one constant text := (
        select string_agg(
            format('to_regproc(%L) is null', format('freshet.%I', freshet.incremental_name(format('key_%s_of_', k.place), name))),
            ' or ' order by k.place
        )
        from analytics.source_keys as k
        where k.source = watch_keys.source
    );
    is_new boolean;
    one record;
begin
    if not is_alone or columns is null then
        return;
    end if;
    if exists (
            select from pg_catalog.pg_trigger as t
            where t.tgrelid = source and t.tgname = 'freshet_log_truncate'
                and t.tgfoid = to_regproc(format('freshet.%I', freshet.incremental_name('log_truncate_of_', name)))
        )
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
        is_new := not exists (
            select from pg_catalog.pg_attribute as a where a.attrelid = to_regclass(log) and a.attname = 'k' || one.place and not a.attisdropped
        );
        if is_new then
            execute format('alter table %s add column k%s %s', log, one.place, one.type);
        end if;
        if to_regprocedure(format('%s(%s)', one.function, source)) is null then
            begin
                execute format(
                    'create function %s(x %s) returns %s language sql immutable begin atomic select %s; end',
                    one.function, source, one.type, one.expression
                );
            exception
                -- It was dropped with its column, and with the query of each view that reads it.
                when syntax_error_or_access_rule_violation then
                    if is_new then
                        raise;
                    end if;
                    continue;
            end;
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
            'as $body$ begin %s insert into %s (%s) %s; %s return null; end $body$',
            one.function,
            case when one.images is not null then format(
                'if %s then perform freshet.note_whole_change(tg_relid); return null; end if;', lacks_one
            ) end,
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
        if freshet.has_change_trigger(source, 'freshet_log_' || one.event)
            and exists (
                select from pg_catalog.pg_trigger as t
                where t.tgrelid = source and t.tgname = 'freshet_log_' || one.event and t.tgfoid = to_regproc(one.function)
            )
        then
            continue;
        end if;
        perform freshet.assert_watchable(source);
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

-- supabase/schemas/core/registry/assert_watchable.sql

-- Object: freshet.assert_watchable()
-- Why: PostgreSQL says "permission denied for table" of a source of another owner, and not for what.
create function freshet.assert_watchable(relation regclass)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if not has_table_privilege(relation, 'trigger') then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format('cannot watch %s: it belongs to another role, and %s may not put triggers on it', relation, current_user),
            hint = format('As its owner: grant select, trigger on %s to %I;', relation, current_user);
    end if;
end
$$;

revoke all on function freshet.assert_watchable(regclass) from public, anon, authenticated;

comment on function freshet.assert_watchable(regclass) is 'Raises 42501 unless the current role may put triggers on the table.';

-- supabase/schemas/core/registry/objects_of_query.sql

-- Object: freshet.objects_of_query()
-- Why: the rows of a view follow from more than the rows of its sources: replacing a function or a plain view that the query
--      reads, or renaming a value of an enum, changes them without a write.
create or replace function freshet.objects_of_query(view_name text)
returns setof oid
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with queries as (
        select q.relation, r.oid as rule
        from (
            select coalesce(to_regclass(freshet.definition_of(view_name)), to_regclass(format('analytics.%I', view_name))) as relation
        ) as d
        cross join lateral freshet.queries_of(d.relation) as q
        join pg_catalog.pg_rewrite as r on r.ev_class = q.relation
    )
    select q.relation::oid from queries as q
    union
    select d.refobjid
    from queries as q
    join pg_catalog.pg_depend as d
        on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = q.rule and d.refclassid = 'pg_catalog.pg_proc'::regclass
    union
    select e.oid
    from (
        select s.source as relation from analytics.view_sources as s where s.view_name = objects_of_query.view_name
        union all
        select to_regclass(format('analytics.%I', objects_of_query.view_name))
    ) as s
    join pg_catalog.pg_attribute as a on a.attrelid = s.relation and a.attnum > 0
    join pg_catalog.pg_type as t on t.oid = a.atttypid
    -- Itself, that of an array, or the one beneath a domain.
    join pg_catalog.pg_type as e on e.oid in (t.oid, t.typelem, t.typbasetype) and e.typtype = 'e';
$$;

comment on function freshet.objects_of_query(text) is
    'The query of a registered view, the plain views and functions that it reads, and the enums among the columns of its sources and its own.';

-- supabase/schemas/core/registry/put_change_trigger.sql

-- Object: freshet.put_change_trigger()
-- Why some for truncate alone: a trigger for several events does not see which rows a statement touched, and a
--      statement that touches none would count as a change. Those that log keys see it, and note the change themselves.
-- Why always: a data dump of the Supabase CLI begins with session_replication_role = replica, in which other triggers
--      do not fire, and the rows that it loads would never reach a view. Only the owner of a table may set this; with
--      the privilege TRIGGER alone the trigger fires as others do.
create or replace function freshet.put_change_trigger(relation regclass, trigger_name text, function_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    events constant text := case
        when function_name = 'note_source_change' and exists (select from analytics.source_keys as k where k.source = relation) then 'truncate'
        else 'insert or update or delete or truncate'
    end;
    enabled "char" := (
        select t.tgenabled from pg_catalog.pg_trigger as t
        where t.tgrelid = relation
            and t.tgname = put_change_trigger.trigger_name
            and t.tgtype = case events when 'truncate' then 32 else 60 end
    );
begin
    if enabled is null then
        perform freshet.assert_watchable(relation);
        execute format(
            'create or replace trigger %I after %s on %s for each statement execute function freshet.%I()',
            trigger_name, events, relation, function_name
        );
        enabled := 'O';
    end if;
    if enabled <> 'A'
        and (
            enabled <> 'O'
            or pg_has_role((select c.relowner from pg_catalog.pg_class as c where c.oid = relation), 'usage')
        )
    then
        execute format('alter table %s enable always trigger %I', relation, trigger_name);
    end if;
end
$$;

-- supabase/schemas/core/registry/unseen_sources.sql

-- Object: freshet.unseen_sources()
-- Why: logical replication fires no trigger of a statement, and "refresh materialized view" none at all. A source that is
--      written that way counts as changed at each look, and the audit says why; see freshet.watch_gaps().
create function freshet.unseen_sources()
returns table (source regclass, reason text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select c.oid::regclass, format('%s is a materialized view that is not registered', c.oid::regclass)
    from (select distinct s.source from analytics.view_sources as s) as s
    join pg_catalog.pg_class as c on c.oid = s.source and c.relkind = 'm'
    where not exists (select from analytics.views as v where to_regclass(format('analytics.%I', v.view_name)) = c.oid)
    union
    select w.source, format('%s is written by logical replication', r.srrelid::regclass)
    from pg_catalog.pg_subscription_rel as r
    join (
        select s.source, s.source as relation from analytics.view_sources as s
        union
        select m.source, m.source from analytics.live_relations as l, unnest(l.sources) as m (source)
        union
        select k.source, k.relation from analytics.source_relatives as k
    ) as w on w.relation = r.srrelid;
$$;

revoke all on function freshet.unseen_sources() from public, anon, authenticated;

comment on function freshet.unseen_sources() is
    'Sources of views and live relations of which no write is seen, each with the reason: replicated to, or a materialized view that is not registered.';

-- supabase/schemas/core/registry/watch_gaps.sql

-- Object: freshet.watch_gaps()
-- Why: partitions come and go, and triggers are disabled for an import and enabled again, while nothing calls
--      Freshet. What was written meanwhile is in no log, so the source counts as changed; see freshet.watch_sources().
-- Why wanted: each refresh asks for the sources of its view. All sources and their partitions together took 10 ms, most of
--      a refresh that finds nothing to do.
-- Why not only triggers: logical replication fires no trigger of a statement, and a materialized view has none. What is
--      written that way cannot be watched.
create or replace function freshet.watch_gaps(wanted regclass[] default null)
returns table (relation regclass, source regclass, is_related boolean)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive watched as (
        select s.source from analytics.view_sources as s where wanted is null or s.source = any (wanted)
        union
        select m.source
        from analytics.live_relations as l, unnest(l.sources) as m (source)
        where wanted is null or m.source = any (wanted)
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

    -- Down from a source and up from it. Queries no longer see a partition whose detachment is pending.
    tree as (
        select s.source, s.source as relation, d.is_down from sources as s cross join (values (true), (false)) as d (is_down)
        union
        select t.source, n.relation, t.is_down
        from tree as t
        cross join lateral (
            select i.inhrelid as relation
            from pg_catalog.pg_inherits as i
            where t.is_down and i.inhparent = t.relation and not i.inhdetachpending
            union all
            select i.inhparent
            from pg_catalog.pg_inherits as i
            where not t.is_down and i.inhrelid = t.relation and not i.inhdetachpending
        ) as n
    ),

    relatives as (
        select distinct t.source, t.relation from tree as t where t.relation <> t.source
    )

    select s.source::regclass, s.source::regclass, true
    from sources as s
    where not freshet.has_change_trigger(s.source, 'freshet_note_source_change')
    union
    select u.source, u.source, true from freshet.unseen_sources() as u join watched as w on w.source = u.source
    union
    -- The keys of its rows are not logged.
    select k.source, k.source, true
    from analytics.source_keys as k
    join pg_catalog.pg_class as c on c.oid = k.source
    cross join unnest(array['insert', 'update', 'delete', 'truncate']) as e (event)
    where (wanted is null or k.source = any (wanted))
        and not freshet.has_change_trigger(k.source, 'freshet_log_' || e.event)
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
    where (wanted is null or k.source = any (wanted))
        and not exists (select from relatives as r where r.relation = k.relation and r.source = k.source);
$$;

comment on function freshet.watch_gaps(regclass[]) is
    'Tables whose writes change a watched source and are not logged, the source itself too, as where it is replicated to; with is_related false, tables that have left the source. Empty while every write is logged. wanted: of these sources alone; null: of all.';

-- supabase/schemas/core/registry/watch_state.sql

-- Object: freshet.watch_state()
-- Why: what may have been written unseen shows here, also when nothing is wrong any more: a trigger that was disabled and
--      enabled again, a partition that came, left or came back. Each of them writes a new row of the catalog, so xmin moves.
-- Why files, columns and texts: "alter column … type" and "set expression" write all rows and fire no trigger; to_jsonb of a
--      row holds a column that was added or renamed; a column that may be null makes a group that no key names; and a
--      function or a plain view that is replaced makes other rows of the same sources.
-- Why counters: recovery after a crash empties an unlogged table, which nothing else shows, and it starts the counters again.
create or replace function freshet.watch_state(tables oid[], without oid default null)
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
        select concat_ws(
            ':', c.oid, c.relfilenode, c.relnatts,
            case c.relpersistence when 'u' then (select extract(epoch from b.stats_reset) from pg_catalog.pg_stat_bgwriter as b) end
        )
        from pg_catalog.pg_class as c
        where c.oid = any (tables) and c.oid is distinct from without and c.relkind in ('r', 'p')
        union all
        -- Those of a partition are its parent's.
        select concat_ws(':', a.attrelid, a.attnum, a.attname, a.attnotnull)
        from pg_catalog.pg_class as c
        join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
        where c.oid = any (tables) and c.relkind in ('r', 'p') and not c.relispartition
        union all
        select concat_ws(':', p.oid, md5(p.prosrc), md5(p.prosqlbody::text), p.proconfig)
        from pg_catalog.pg_proc as p
        where p.oid = any (tables)
        union all
        select concat_ws(':', r.oid, r.xmin) from pg_catalog.pg_rewrite as r where r.ev_class = any (tables)
        union all
        select concat_ws(':', n.oid, n.enumlabel) from pg_catalog.pg_enum as n where n.enumtypid = any (tables)
        union all
        -- See freshet.unseen_sources().
        select concat_ws(':', r.srsubid, r.srrelid) from pg_catalog.pg_subscription_rel as r where r.srrelid = any (tables)
        union all
        select concat_ws(':', c.oid, 'registered')
        from pg_catalog.pg_class as c
        join analytics.views as v on v.view_name = c.relname
        where c.oid = any (tables) and c.relkind = 'm' and c.relnamespace = 'analytics'::regnamespace
        union all
        select 'tables'
    ) as e;
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
            -- A clock that was set back would put it off for as long as it had been ahead.
            and (case when is_incremental then coalesce(form.rebuilt_at, '-infinity') else declared.refreshed_at end)
                between entry.started_at - declared.rebuild_after and entry.started_at + interval '1 hour'
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
            if watch.has_gaps and not freshet.map_again(view_name) then
                watch.state := null;
            end if;
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

reset check_function_bodies;

-- The name of a zone or a unit that is no literal may be none.
update analytics.source_keys as k
set is_guarded = true
where not k.is_guarded and k.expression ~ 'AT TIME ZONE (?!'')|(timezone|date_trunc|date_part)[(](?!'')';

select freshet.watch_keys(k.source)
from (select distinct s.source from analytics.source_keys as s join pg_catalog.pg_class as c on c.oid = s.source) as k;

select freshet.build_statements(v.view_name) from analytics.incremental_views as v;

update analytics.views as v
set watched_tables = w.tables, watch_state = w.state
from (
    select r.view_name, (freshet.read_watch(r, array(select s.source from analytics.view_sources as s where s.view_name = r.view_name))).*
    from analytics.views as r
) as w
where w.view_name = v.view_name and v.view_name = any (string_to_array(current_setting('freshet.settled_views'), ','));

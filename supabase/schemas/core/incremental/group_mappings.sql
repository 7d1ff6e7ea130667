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
create function freshet.group_mappings(definition regclass, group_key name[])
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

revoke all on function freshet.group_mappings(regclass, name[]) from public, anon, authenticated;

comment on function freshet.group_mappings(regclass, name[]) is
    'For each reference of a query to a source and each key column: the expression over a source row x that the key equals; null: unknown. has_value: no row for which it is null is read.';

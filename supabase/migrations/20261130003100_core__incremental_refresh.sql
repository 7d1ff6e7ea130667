-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

drop function analytics.register_view(text,text,text,interval,text,regclass,interval,interval,interval,interval,interval,interval,boolean,name[],regclass[]);

drop function freshet.refresh_groups(text);

drop function freshet.watch_gaps();

alter table analytics.refresh_log add column group_count bigint;

alter table analytics.refresh_log add column changed_count bigint;

alter table analytics.refresh_log add column unexplained_count bigint;

alter table analytics.views add column bucket_by name;

alter table analytics.views add column bucket_count integer default 256 not null;

alter table analytics.incremental_views add column slow_run_count integer default 0 not null;

alter table analytics.incremental_views add column fill_statement text;

alter table analytics.incremental_views add column bucket_by name;

alter table analytics.incremental_views add column buckets jsonb;

alter table analytics.incremental_views add column source_as_of timestamp with time zone;

alter table analytics.incremental_views add constraint incremental_views_slow_run_count_check CHECK ((slow_run_count >= 0));

alter table analytics.views add constraint views_bucket_count_check CHECK ((bucket_count = ANY (ARRAY[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024])));

-- supabase/schemas/core/changes/has_source_changes.sql

-- Object: freshet.has_source_changes()
-- Why: a view needs a refresh if a logged change is not in the snapshot of its rows; see analytics.source_changes.
create or replace function freshet.has_source_changes(view_name text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select v.source_snapshot is null
        -- A snapshot from the future belongs to another cluster (a restore, a clone): it proves nothing here.
        or pg_snapshot_xmax(v.source_snapshot) > pg_snapshot_xmax(freshet.others_snapshot())
        or exists (
            select
            from analytics.view_sources as s
            join analytics.source_changes as c on c.source = s.source
            where s.view_name = v.view_name
                and (
                    c.txid = pg_current_xact_id_if_assigned()
                    or (
                        c.txid >= pg_snapshot_xmin(v.source_snapshot)
                        and not pg_visible_in_snapshot(c.txid, v.source_snapshot)
                    )
                )
        )
        -- What was written to a new partition, or while a trigger was disabled, is not logged.
        or freshet.has_watch_gaps(v.view_name)
    from analytics.views as v
    where v.view_name = has_source_changes.view_name;
$$;

-- supabase/schemas/core/incremental/answer_state.sql

-- Object: freshet.answer_state()
-- Why: an answer of which every row has one value of the bucket column is cached under the version of that value's bucket.
--      Whether it has is decided by the conditions that it is read with, and the bucket by the value as the column holds
--      it: a uuid has more than one spelling.
-- Why confined_to: a reading is a function, so its conditions say nothing about what it read. Its resource may declare that
--      it reads the rows of one organisation only, also of the other views in reads; the pack's tests prove it.
create function freshet.answer_state(name text, request jsonb, is_view boolean)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    state constant jsonb := freshet.state_of(name);
    scope constant jsonb := nullif(request -> 'scope', 'null'::jsonb);
    declared record;
    type text;
    value text;
begin
    select i.bucket_by, v.bucket_count into declared
    from analytics.incremental_views as i
    join analytics.views as v on v.view_name = i.view_name
    where i.view_name = answer_state.name and i.bucket_by is not null;
    if not found then
        return state;
    end if;
    if request #>> '{confined_to,column}' = declared.bucket_by then
        value := request #>> '{confined_to,value}';
    elsif is_view and nullif(request -> 'reading', 'null'::jsonb) is null then
        value := coalesce(
            case when scope ->> 'column' = declared.bucket_by and scope ->> 'relation' is null then scope ->> 'value' end,
            case when scope #>> '{org,column}' = declared.bucket_by then scope #>> '{org,value}' end,
            (
                select min(f ->> 'value')
                from jsonb_array_elements(request -> 'filters') as f
                where f ->> 'column' = declared.bucket_by and f ->> 'op' = 'eq'
            )
        );
    end if;
    if value is null then
        return state;
    end if;
    type := freshet.typed_column(format('analytics.%I', name)::regclass, declared.bucket_by);
    -- No row has a value that the column cannot hold: any bucket will do.
    if freshet.can_hold(type, value) then
        execute format('select ($1::%s)::text', type) into value using value;
    end if;
    return state || coalesce((
        select jsonb_build_object(
            'bucket',
            jsonb_build_object(
                'number', b.bucket, 'version', b.version, 'refreshed_at', b.refreshed_at, 'source_as_of', b.source_as_of
            )
        )
        from analytics.view_bucket_versions as b
        where b.view_name = answer_state.name and b.bucket = freshet.bucket_of(value, declared.bucket_count)
    ), '{}');
end
$$;

revoke all on function freshet.answer_state(text, jsonb, boolean) from public, anon, authenticated;

comment on function freshet.answer_state(text, jsonb, boolean) is
    'State of a view or live relation behind the answer to a read request: freshet.state_of, and bucket {number, version, refreshed_at, source_as_of} where all rows that the answer rests on have one value of the bucket column. is_view: the request reads its rows; else it is among reads.';

-- supabase/schemas/core/incremental/bucket_column.sql

-- Object: freshet.bucket_column()
-- Why: a refresh and a read have to come to the same bucket, in sessions with different settings. So only types of which
--      equal values have one text, in every session: a date is printed by DateStyle, 1.0 equals 1.00.
create function freshet.bucket_column(view_name text)
returns name
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select a.attname
    from analytics.views as v
    join analytics.incremental_views as i on i.view_name = v.view_name
    join pg_catalog.pg_attribute as a
        on a.attrelid = to_regclass(format('analytics.%I', v.view_name)) and a.attnum > 0 and not a.attisdropped
    left join pg_catalog.pg_collation as c on c.oid = a.attcollation
    where v.view_name = bucket_column.view_name
        and a.attname = any (case when v.bucket_by is null then i.group_key else array[v.bucket_by] end)
        and a.atttypid::regtype = any ('{uuid,text,varchar,smallint,integer,bigint}'::regtype[])
        and coalesce(c.collisdeterministic, true)
    order by array_position(i.group_key, a.attname)
    limit 1;
$$;

revoke all on function freshet.bucket_column(text) from public, anon, authenticated;

comment on function freshet.bucket_column(text) is
    'The column by which an incremental view has buckets: the declared one, else the first column of its group key of type uuid, text, varchar or a whole number; null if there is none.';

-- supabase/schemas/core/incremental/bucket_list.sql

-- Object: freshet.bucket_list()
-- Why: the functions read the versions of all buckets each second, so they are written short: few refreshes lie behind
--      hundreds of buckets, and each is named once. Written once for each refresh, they cost a read nothing.
create function freshet.bucket_list(view_name text)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with held as (
        select
            b.bucket,
            b.version,
            floor(extract(epoch from b.refreshed_at) * 1000)::bigint as moved_ms,
            dense_rank() over (order by b.version, b.refreshed_at) - 1 as place
        from analytics.view_bucket_versions as b
        where b.view_name = bucket_list.view_name
    ),
    moves as (
        select
            m.place,
            m.version - lag(m.version, 1, 0::bigint) over (order by m.place) as versions,
            m.moved_ms - lag(m.moved_ms, 1, 0::bigint) over (order by m.place) as milliseconds
        from (select distinct h.place, h.version, h.moved_ms from held as h) as m
    )
    select jsonb_build_object(
        'by', i.bucket_by,
        'count', (select count(*) from held),
        'moves', (select string_agg(m.versions || ' ' || m.milliseconds, ',' order by m.place) from moves as m),
        'of', (select string_agg(lpad(to_hex(h.place), w.width, '0'), '' order by h.bucket) from held as h)
    )
    from analytics.incremental_views as i
    cross join lateral (select length(to_hex((select count(*) from moves) - 1)) as width) as w
    where i.view_name = bucket_list.view_name and exists (select from held);
$$;

revoke all on function freshet.bucket_list(text) from public, anon, authenticated;

comment on function freshet.bucket_list(text) is
    'The buckets of a view: {by: column, count, moves: "versions milliseconds,…", of: one hex number for each bucket, all of one width, the place of its move in moves}. Each move is written as its difference from the one before, the first from 0 and 1970. Null without buckets.';

-- supabase/schemas/core/incremental/bucket_of.sql

-- Object: freshet.bucket_of()
-- Why lower: a caller may spell a uuid in capitals. Texts that differ by them share a bucket, which is never wrong.
-- Why: SHA-256 is what both the database and the functions have. The functions only guess with it where a cached answer
--      may be: the answer is kept under the bucket that came back with its rows, so that a wrong guess finds nothing.
create function freshet.bucket_of(value text, bucket_count integer)
returns integer
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select coalesce((get_byte(h.digest, 0) * 256 + get_byte(h.digest, 1)) & (bucket_count - 1), 0)
    from (select sha256(convert_to(lower(value collate "C"), 'UTF8')) as digest) as h;
$$;

revoke all on function freshet.bucket_of(text, integer) from public, anon, authenticated;

comment on function freshet.bucket_of(text, integer) is
    'The bucket of a value: the first two bytes of the SHA-256 of its text, in which A to Z are a to z, modulo a power of two; 0 for null.';

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
    moved text;
    moved_before text;
    was text;
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
    was := case when declared.bucket_by is null then 'null as freshet_value' else format('t.%I as freshet_value', declared.bucket_by) end;
    -- Where the key says nothing about the bucket, a changed row may have come from another one.
    moved := case when declared.bucket_by is null then ', null::integer[] as moved_buckets' else format(
        ', (select coalesce(array_agg(distinct freshet.bucket_of(b.value, %s)), ''{}'') from '
        '(select distinct m.freshet_value::text as value from (select freshet_value from gone union all '
        'select freshet_value from put%%s) as m) as b) as moved_buckets',
        (select v.bucket_count from analytics.views as v where v.view_name = build_statements.view_name)
    ) end;
    moved_before := case when coalesce(declared.bucket_by = any (declared.row_key), true) then '' else format(
        ' union all select t.value from put as f cross join lateral (select t.%I as value from %s as t where %s offset 0) as t',
        declared.bucket_by, target, same_row
    ) end;
    counts := format(
        ' select freshet.others_snapshot() as snapshot, %s as dirty_count, (select count(*) from gone) as gone_count, '
        '(select count(*) from put where put.freshet_is_new) as new_count, '
        '(select count(*) from put where not put.freshet_is_new) as changed_count',
        counted
    );

    update analytics.incremental_views as v
    -- Into an empty table there is nothing to compare with, which is most of the time of a rebuild.
    set fill_statement = format(
            'with put as (insert into %s (%s) select %s from %s returning 1)%s select freshet.others_snapshot() as snapshot, 0::bigint as dirty_count, '
            '0::bigint as gone_count, (select count(*) from put) as new_count, 0::bigint as changed_count, 0::bigint as unexplained_count, '
            '(select count(*) from put) as row_count, (select r.rejected_count from rejections as r) as rejected_count, null::integer[] as moved_buckets',
            target, columns, columns, definition, freshet.rejected_statement(declared.view_name, true)
        ),
        count_statement = dirty || format(
            ' select freshet.others_snapshot() as snapshot, %s as dirty_count, (select e.is_dirty from everything as e) as is_everything', counted
        ),
        groups_statement = dirty
            || format(', fresh as materialized (%s)', fresh)
            || format(
                ', gone as (delete from %s as t where t.ctid = any (array(select o.freshet_place from (%s) as o '
                'where not exists (select from fresh as f where %s))) returning %s)',
                target, old, replace(same_row, '= t.', '= o.'), was
            )
            || format(', put as (%s returning t.*, t.xmax = 0 as freshet_is_new, %s)', format(put, ''), was)
            || ', taken as (delete from analytics.dirty_groups as g using aside as a where g.ctid = a.place)'
            || freshet.rejected_statement(declared.view_name, false)
            || counts || ', 0::bigint as unexplained_count, null::bigint as row_count, (select r.rejected_count from rejections as r) as rejected_count'
            || format(moved, moved_before),
        rebuild_statement = dirty
            || format(', fresh as materialized (select * from %s)', definition)
            || format(
                ', gone as (delete from %s as t where not exists (select from fresh as f where %s) returning t.*, %s)', target, same_row, was
            )
            || format(
                ', put as (%s returning t.*, t.xmax = 0 as freshet_is_new, %s)',
                format(put, format(
                    'where not exists (select from %s as t where %s and (t.*) operator(pg_catalog.*=) (f.*))', target, same_row
                )),
                was
            )
            || ', taken as (delete from analytics.dirty_groups as g using aside as a where g.ctid = a.place)'
            || freshet.rejected_statement(declared.view_name, true)
            || counts
            || format(
                ', case when (select e.is_dirty from everything as e) then 0 else (select count(*) from '
                '(select %1$s from gone union all select %1$s from put) as m where not (%2$s)) end as unexplained_count, '
                '(select count(*) from fresh) as row_count, (select r.rejected_count from rejections as r) as rejected_count',
                (
                    select string_agg(format('%I', k.name), ', ' order by k.name)
                    from (select unnest(declared.row_key) as name union select unnest(declared.group_key)) as k
                ),
                explained
            )
            || format(moved, moved_before)
    where v.view_name = build_statements.view_name;
    delete from analytics.rejected_groups as g
    using analytics.views as v
    where g.view_name = build_statements.view_name and v.view_name = g.view_name and v.rejects is null;
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
create or replace function freshet.group_mappings(definition regclass, group_key name[])
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
                case
                    when takes_expressions
                        or e.expression ~ '^x\.([a-z_][a-z0-9_]*|"[^"]+")$'
                        or freshet.is_collation_free(s.root, e.expression)
                        then e.expression
                end
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

-- supabase/schemas/core/incremental/has_every_key.sql

-- Object: freshet.has_every_key()
-- Why: rows without a key are counted at each refresh, and finding that there are none could read the whole source. Where a
--      key is a column that is never null, and no outer join can make it so, there are none.
create function freshet.has_every_key(rejects regclass, key name[])
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
            )
        ), false)
    from freshet.group_mappings(rejects, key) as m;
$$;

revoke all on function freshet.has_every_key(regclass, name[]) from public, anon, authenticated;

comment on function freshet.has_every_key(regclass, name[]) is
    'Whether each row that the sources of a view give it has a value in all of these columns. False where that is not known.';

-- supabase/schemas/core/incremental/incremental_views_over.sql

-- Object: freshet.incremental_views_over()
-- Why: the catalogue does not know that the table of an incremental view follows from its query.
create or replace function freshet.incremental_views_over(changed regclass)
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
        or a.relation = changed and changed = to_regclass(format('analytics.%I', v.view_name))
    join freshet.refresh_order() as o on o.view_name = v.view_name
    order by o.depth desc, v.view_name;
$$;

comment on function freshet.incremental_views_over(regclass) is
    'Incremental views that read the relation, through other views too, itself too if it is one; each before those that it reads.';

-- supabase/schemas/core/incremental/is_collation_free.sql

-- Object: freshet.is_collation_free()
-- Why: EXPLAIN prints expressions without their COLLATE. An expression in which nothing has a collation, and no function
--      takes one, means the same without it: the week of a moment, in a query that also normalises texts.
-- Why the list: these functions have a text as argument, the name of a unit or a zone, and read it letter by letter.
create function freshet.is_collation_free(source regclass, expression text)
returns boolean
language plpgsql
strict
set search_path = pg_catalog, pg_temp
as $$
declare
    tree text;
begin
    execute format('create temporary view freshet_collation_check as select %s as key from %s as x', expression, source);
    select r.ev_action::text into strict tree
    from pg_catalog.pg_rewrite as r
    join pg_catalog.pg_class as c on c.oid = r.ev_class
    where c.relname = 'freshet_collation_check' and c.relnamespace = pg_my_temp_schema();
    drop view pg_temp.freshet_collation_check;
    tree := regexp_replace(tree, '\{CONST [^{}]*\}', '', 'g');
    tree := regexp_replace(
        tree,
        format(
            '(:funcid (?:%s) [^{}]*:funccollid 0) :inputcollid \d+',
            concat_ws(
                '|',
                'date_trunc(text, timestamp)'::regprocedure::oid, 'timezone(text, timestamp)'::regprocedure::oid,
                'timezone(text, timestamptz)'::regprocedure::oid, 'extract(text, timestamp)'::regprocedure::oid,
                'extract(text, date)'::regprocedure::oid
            )
        ),
        '\1',
        'g'
    );
    return tree !~ ':[a-z]*collid [1-9]';
end
$$;

revoke all on function freshet.is_collation_free(regclass, text) from public, anon, authenticated;

comment on function freshet.is_collation_free(regclass, text) is
    'Whether an expression over a row x of the source means the same with any COLLATE in it.';

-- supabase/schemas/core/incremental/keep_buckets.sql

-- Object: freshet.keep_buckets()
-- Why: when the column or the number of buckets changes, what a bucket holds changes. All of them then start from the
--      view's own version: its rows are those of that version.
create function freshet.keep_buckets(view_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted constant name := freshet.bucket_column(view_name);
    wanted_count constant integer := (select v.bucket_count from analytics.views as v where v.view_name = keep_buckets.view_name);
begin
    if wanted is not distinct from (select i.bucket_by from analytics.incremental_views as i where i.view_name = keep_buckets.view_name)
        and (wanted is null or (select count(*) from analytics.view_bucket_versions as b where b.view_name = keep_buckets.view_name) = wanted_count)
    then
        return;
    end if;
    update analytics.incremental_views as i set bucket_by = wanted where i.view_name = keep_buckets.view_name;
    delete from analytics.view_bucket_versions as b where b.view_name = keep_buckets.view_name;
    perform freshet.put_buckets(view_name, null);
end
$$;

revoke all on function freshet.keep_buckets(text) from public, anon, authenticated;

comment on function freshet.keep_buckets(text) is 'Makes the buckets of an incremental view those that its registration asks for. Idempotent.';

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
    set source_snapshot = null, version = v.version + (v.refreshed_at is not null)::integer
    where v.view_name = make_materialized.view_name;
    perform freshet.unwatch_keys(s.source) from unnest(sources) as s (source);
end
$$;

-- supabase/schemas/core/incremental/move_buckets.sql

-- Object: freshet.move_buckets()
-- Why: called in the transaction that moves the view's version, so that a reader sees both or neither.
create function freshet.move_buckets(view_name text, buckets integer[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update analytics.incremental_views as i
    set source_as_of = v.source_as_of
    from analytics.views as v
    where v.view_name = i.view_name and i.view_name = move_buckets.view_name;
    select freshet.put_buckets(view_name, buckets);
$$;

revoke all on function freshet.move_buckets(text, integer[]) from public, anon, authenticated;

comment on function freshet.move_buckets(text, integer[]) is
    'After a refresh that moved the version: gives it to the buckets; null: to all of them.';

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

-- supabase/schemas/core/incremental/put_buckets.sql

-- Object: freshet.put_buckets()
-- Why: a refresh and a registration write the same row of a bucket, and the list that the functions read.
create function freshet.put_buckets(view_name text, buckets integer[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.view_bucket_versions as b (view_name, bucket, version, refreshed_at, source_as_of)
    select v.view_name, m.bucket, v.version, v.refreshed_at, i.source_as_of
    from analytics.views as v
    join analytics.incremental_views as i on i.view_name = v.view_name
    cross join lateral unnest(
        coalesce(put_buckets.buckets, array(select g.bucket from generate_series(0, v.bucket_count - 1) as g (bucket)))
    ) as m (bucket)
    where v.view_name = put_buckets.view_name and i.bucket_by is not null and v.refreshed_at is not null
    on conflict on constraint view_bucket_versions_pkey do update
    set version = excluded.version, refreshed_at = excluded.refreshed_at, source_as_of = excluded.source_as_of;
    update analytics.incremental_views as i
    set buckets = freshet.bucket_list(i.view_name)
    where i.view_name = put_buckets.view_name;
$$;

revoke all on function freshet.put_buckets(text, integer[]) from public, anon, authenticated;

comment on function freshet.put_buckets(text, integer[]) is
    'Gives the buckets the version, and the moments, that the registry has of the view; null: all buckets.';

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
        is_everything := is_everything or freshet.has_watch_gaps(view_name);
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

revoke all on function freshet.refresh_groups(text) from public, anon, authenticated;

comment on function freshet.refresh_groups(text) is
    'Brings an incremental view up to date. is_clean: nothing had changed; snapshot: what the rows include; moved_count: rows written or deleted; row_count: rows of the view; group_count, unexplained_count, rejected_count: as in the ledger; moved_buckets: those of the rows written or deleted, as they were and as they are, null for all.';

-- supabase/schemas/core/incremental/rejected_statement.sql

-- Object: freshet.rejected_statement()
-- Why: what is left out is counted in the statement that computes the groups: a later one would not see the keys that
--      this one takes, an earlier one would miss a change between the two.
-- Why lateral … offset 0, ctid and array: as in freshet.build_statements(): the cost has to follow the groups.
-- Why rows without a key are counted each time, if there can be any: no log names them, since null equals nothing.
-- Why <rejects>: put in at each refresh, so that a renamed view is found.
create function freshet.rejected_statement(view_name text, is_rebuild boolean)
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
            case
                when freshet.has_every_key((select v.rejects from analytics.views as v where v.view_name = rejected_statement.view_name), key) then ''
                else format(' union all select ''{}''::jsonb, count(*) from <rejects> as r where %s', missing)
            end
        );
    end if;
    return format(
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

revoke all on function freshet.rejected_statement(text, boolean) from public, anon, authenticated;

comment on function freshet.rejected_statement(text, boolean) is
    'The part of a generated statement that counts what an incremental view leaves out, as rejections (rejected_count): of the dirty groups, or of all.';

-- supabase/schemas/core/incremental/rejects_key.sql

-- Object: freshet.rejects_key()
-- Why: what a group leaves out is counted again when the group is dirty. That is exact if a row of any source of the
--      rejects can only touch groups whose key is logged for the view: the planner narrows each reading of the rejects by
--      the same expressions over a source row as one of the view's. Other keys that are logged beside them have to be
--      there in every row, since a row without one of its keys is not logged for the view.
create function freshet.rejects_key(view_name text)
returns name[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    rejects constant regclass := (select v.rejects from analytics.views as v where v.view_name = rejects_key.view_name);
    declared analytics.incremental_views;
    key name[];
    fault text;
begin
    if rejects is null then
        return null;
    end if;
    select * into strict declared from analytics.incremental_views as v where v.view_name = rejects_key.view_name;
    key := array(
        select k.name
        from unnest(declared.group_key) with ordinality as k (name, place)
        join pg_catalog.pg_attribute as r on r.attrelid = rejects and r.attname = k.name and not r.attisdropped
        join pg_catalog.pg_attribute as t
            on t.attrelid = format('analytics.%I', view_name)::regclass and t.attname = k.name and t.atttypid = r.atttypid
        order by k.place
    );
    -- A column that no source row tells, such as a key inside a document, is left out; the rest is then proved by itself.
    if cardinality(key) > 0 then
        key := array(
            select k.name
            from unnest(key) with ordinality as k (name, place)
            join freshet.group_mappings(rejects, key) as m on m.key_column = k.name and m.source <> all (declared.rebuild_on)
            group by k.name, k.place
            having bool_and(m.expression is not null)
            order by k.place
        );
    end if;

    with wanted as (
        select m.source, array_agg(format('%s = %s', m.key_column, m.expression)) as pairs, bool_and(m.expression is not null) as is_known
        from freshet.group_mappings(rejects, nullif(key, '{}')) as m
        where cardinality(key) > 0
        group by m.source, m.reference
    ),
    logged as (
        select v.source, array_agg(format('%s = %s', v.key_column, k.expression)) as pairs
        from analytics.view_mappings as v
        join analytics.source_keys as k on k.source = v.source and k.place = v.place
        where v.view_name = rejects_key.view_name
        group by v.source, v.reference
        having bool_and(
            v.key_column = any (key)
            or exists (
                select from pg_catalog.pg_attribute as a
                where a.attrelid = v.source and a.attnotnull and format('x.%I', a.attname) = k.expression
            )
        )
    )
    select string_agg(distinct s.source::text, ', ') into fault
    from freshet.sources_of_relation(rejects) as s
    where s.source <> all (declared.rebuild_on)
        and (
            not exists (select from wanted as w where w.source = s.source)
            or exists (
                select
                from wanted as w
                where w.source = s.source
                    and not (w.is_known and exists (select from logged as l where l.source = w.source and l.pairs @> w.pairs))
            )
        );
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format(
                'cannot register "%s" as incremental by %s: which groups of %s a change touches is not known for %s',
                view_name, array_to_string(declared.group_key, ', '), rejects, fault
            ),
            hint = 'Give the view of rejects the key columns of the view, of the same types, taken from the source row as the view takes them; or name a source that hardly changes in rebuild_on; or leave out rejects.';
    end if;
    return key;
end
$$;

revoke all on function freshet.rejects_key(text) from public, anon, authenticated;

comment on function freshet.rejects_key(text) is
    'Columns of the group key by which the rejects of an incremental view are counted; null where it has none, empty where any change of their sources computes everything. Raises 0A000 where a source of the rejects has no mapping.';

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
    -- It noted what the others did not.
    if exists (select from pg_catalog.pg_trigger as t where t.tgrelid = source and t.tgname = 'freshet_note_source_change') then
        perform freshet.put_change_trigger(source, 'freshet_note_source_change', 'note_source_change');
    end if;
end
$$;

-- supabase/schemas/core/incremental/use_buckets.sql

-- Object: analytics.use_buckets()
-- Why: the first column of the group key is the organisation in most views, and 256 buckets are enough for a thousand of
--      them. A view for which one of both is wrong says so after its registration.
create function analytics.use_buckets(view_name text, bucket_by name default null, bucket_count integer default 256)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if not freshet.is_incremental(view_name) then
        raise exception using
            errcode = 'undefined_table',
            message = format('cannot give buckets to "%s": it is not registered as incremental', view_name),
            hint = 'Register it with incremental => true first: a refresh of the whole view does not know whose rows changed.';
    end if;
    if bucket_count not in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot give "%s" %s buckets', view_name, bucket_count),
            hint = 'Take a power of two from 1 to 1,024: 256 below about a thousand organisations, 1,024 above; 1 for none.';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0));
    update analytics.views as v
    set bucket_by = use_buckets.bucket_by, bucket_count = use_buckets.bucket_count
    where v.view_name = use_buckets.view_name;
    if bucket_by is not null and freshet.bucket_column(view_name) is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot give "%s" buckets by "%s"', view_name, bucket_by),
            hint = 'Name a column of the view of type uuid, text, varchar, smallint, integer or bigint, with a deterministic collation: equal values of other types may have different texts.';
    end if;
    perform freshet.keep_buckets(view_name);
    perform freshet.build_statements(view_name);
end
$$;

revoke all on function analytics.use_buckets(text, name, integer) from public, anon, authenticated;

comment on function analytics.use_buckets(text, name, integer) is
    'Sets by which column, and into how many buckets, the versions of an incremental view are divided. Null: the first column of its group key that can. Kept when the view is registered again. Raises 42P01 for a view that is not incremental and 22023 for a column or number that cannot be.';

-- supabase/schemas/core/incremental/watch_keys.sql

-- Object: freshet.watch_keys()
-- Why: each statement that writes to the source logs the keys of the rows that it touched, before and after. The log is
--      append-only and has no index and no key, so writers never wait for each other because of it.
-- Why "enable always": a bulk load as a replication role switches ordinary triggers off, and would be missed.
-- Why they note the change too: they see whether a row was touched; see freshet.put_change_trigger().
-- Why row(…): made by position and without the name of a type, so a renamed or added column, or a renamed table, changes
--      nothing in the body.
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
        select string_agg(format('freshet.%I(row(t.*))', freshet.incremental_name(format('key_%s_of_', k.place), name)), ', ' order by k.place)
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
    if to_regclass(log) is null then
        execute format(
            'create table %s (txid xid8 not null default pg_current_xact_id(), is_whole boolean not null default false)', log
        );
        execute format('alter table %s enable row level security', log);
        execute format('revoke all on table %s from public, anon, authenticated', log);
        execute format('comment on table %s is %L', log, format('Keys of changed rows of %s; see analytics.source_keys.', source));
    end if;
    for one in
        select k.place, k.expression, k.type, format('freshet.%I', freshet.incremental_name(format('key_%s_of_', k.place), name)) as function
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

-- supabase/schemas/core/read/get_view.sql

-- Object: analytics.get_view()
-- Why: replicas take GET only, and an argument of a GET is text. Some versions of the data API make a JSON string of it
--      where the parameter is jsonb, with the request in it.
-- Why volatile: the position is read by a statement of its own, before read_view takes its snapshot. In one statement the
--      snapshot would be the older of the two, and the position would promise a commit that the rows do not have. The
--      data API runs every GET in a transaction that cannot write.
create function analytics.get_view(view_name text, request jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    server constant jsonb := freshet.server_position();
begin
    if jsonb_typeof(request) = 'string' then
        request := (request #>> '{}')::jsonb;
    end if;
    return analytics.read_view(view_name, request) || jsonb_build_object('server', server);
end
$$;

revoke all on function analytics.get_view(text, jsonb) from public, anon, authenticated;

grant execute on function analytics.get_view(text, jsonb) to service_role;

comment on function analytics.get_view(text, jsonb) is
    'analytics.read_view for GET: the same request, and the answer has one more member, server, as freshet.server_position gives it, read before the rows. Service role only.';

-- supabase/schemas/core/read/get_view_states.sql

-- Object: analytics.get_view_states()
-- Why: versions that a replica knows are worth as much as what is known of its lag, so both come in one answer. The
--      position is read before the states, for the reason given at analytics.get_view.
create function analytics.get_view_states()
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    server constant jsonb := freshet.server_position();
begin
    return jsonb_build_object('server', server, 'states', analytics.view_states());
end
$$;

revoke all on function analytics.get_view_states() from public, anon, authenticated;

grant execute on function analytics.get_view_states() to service_role;

comment on function analytics.get_view_states() is
    'analytics.view_states with the server that answers: {server: as freshet.server_position gives it, states: as view_states gives them}. Service role only.';

-- supabase/schemas/core/read/read_view.sql

-- Object: analytics.read_view()
-- Why: the one narrow door through which the functions' secret key reads. Version and rows come from one snapshot, so
--      that an answer can be stored under the version that it belongs to.
-- Why counts: no answer may be cut short silently. Its reader asks for one row more than it shows; if that row is
--      there, the answer says so, with the number of all rows, from the same snapshot. A complete answer costs no
--      count. An answer that leaves out rows which rest on too few people says how many, counted in the same snapshot
--      among the requested rows.
-- Why through: a page shows names beside ids, and a name is not a figure: it is joined when the rows are read, by a
--      plain view over the stored one. `through` names that view; state, objective and version stay those of the stored
--      view and of the names in `reads`. Filters, order and limit reach the stored rows and their indexes, as they
--      would without it.
create or replace function analytics.read_view(view_name text, request jsonb)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    scope constant jsonb := nullif(request -> 'scope', 'null'::jsonb);
    reading constant jsonb := nullif(request -> 'reading', 'null'::jsonb);
    through constant text := coalesce(request ->> 'through', view_name);
    relation constant regclass := to_regclass(format('analytics.%I', through));
    state constant jsonb := freshet.answer_state(view_name, request, true);
    read_states jsonb;
    allowed text[];
    rows jsonb := jsonb_build_array();
    total_count bigint;
    withheld_count bigint;
    queries record;
begin
    if state is null or (relation is null and reading is null) then
        raise exception using errcode = 'undefined_table', message = format('unknown view "%s"', case when state is null then view_name else through end);
    end if;
    select coalesce(jsonb_object_agg(r.name, freshet.answer_state(r.name, request, false)), '{}'::jsonb) into read_states
    from jsonb_array_elements_text(coalesce(request -> 'reads', '[]'::jsonb)) as r (name);

    if scope is not null then
        allowed := freshet.scope_values(scope);
        if freshet.scope_denies(scope, allowed, request -> 'filters') then
            return jsonb_build_object(
                'state', state, 'reads', read_states, 'denied', true, 'scope_values', to_jsonb(allowed), 'rows', rows,
                'total_count', null, 'withheld_count', null
            );
        end if;
    end if;

    if (state ->> 'populated')::boolean
        and not exists (select from jsonb_each(read_states) as r where (r.value ->> 'populated')::boolean is not true)
    then
        select q.* into queries from freshet.read_queries(view_name, request, allowed) as q;
        execute format(
            'select coalesce(jsonb_agg(to_jsonb(r)), ''[]'') from (%s limit %s) as r',
            queries.rows, coalesce((request ->> 'limit')::bigint::text, 'all')
        ) into rows;
        if (request ->> 'counts')::boolean
            or ((request ->> 'counts_cut')::boolean and jsonb_array_length(rows) = (request ->> 'limit')::bigint)
        then
            execute queries.total into total_count;
        end if;
        if queries.withheld is not null then
            execute queries.withheld into withheld_count;
        end if;
    end if;

    return jsonb_build_object(
        'state', state, 'reads', read_states, 'denied', false, 'scope_values', to_jsonb(allowed), 'rows', rows,
        'total_count', total_count, 'withheld_count', withheld_count
    );
end
$$;

comment on function analytics.read_view(text, jsonb) is
    'Rows of a registered view, live relation or reading, with the states of everything that they rest on, from one snapshot. Service role only. request: {columns, filters: [{column, op, value, is_guard}], scope: {column, value, relation, org: {column, value} or null} or null, order: [{column, direction}], limit, reads: [name], through: a plain view over the view, which is read in its place, or null, reading: {name, asked} or null, confined_to: {column, value} that all rows have on which a reading rests, or null, counts: whether to count all rows, counts_cut: whether to count them where limit rows come back}. withheld_count: how many rows, on all pages, the filters with is_guard hold back. denied: a filter asks for a scope value that is not the caller''s.';

-- supabase/schemas/core/read/server_position.sql

-- Object: freshet.server_position()
-- Why: an answer of a replica is worth as much as what is known of its lag. The time of the last replayed transaction
--      says nothing while the primary writes nothing, so the position in the WAL comes with it: a replica that has
--      reached a position of the primary has everything that was committed before, and no clock is compared.
-- Why server: a replica that was promoted says that it is no replica. Its start tells it from the primary.
create function freshet.server_position()
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'server', (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint::text,
        'is_replica', p.is_replica,
        -- Where the next record begins a page of the WAL, the primary counts the page's header (24 bytes, in the first
        -- page of a segment 40), and a replica that has everything does not.
        'position', p.bytes - case when not p.is_replica and p.bytes % 8192 in (24, 40) then p.bytes % 8192 else 0 end,
        'lag_ms', case when p.is_replica and p.lag < interval '0' then 0 when p.is_replica then ceil(extract(epoch from p.lag) * 1000)::bigint end
    )
    from (
        select
            r.is_replica,
            (case when r.is_replica then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end - '0/0'::pg_lsn)::bigint,
            -- Below nothing where the two servers' clocks differ.
            clock_timestamp() - pg_last_xact_replay_timestamp()
        from (select pg_is_in_recovery()) as r (is_replica)
    ) as p (is_replica, bytes, lag);
$$;

revoke all on function freshet.server_position() from public, anon, authenticated;

comment on function freshet.server_position() is
    'Which server this is: {server: its start in microseconds since the epoch, as text, is_replica, position: bytes of WAL that a primary has written or a replica has replayed, lag_ms: milliseconds since the commit of the last transaction that a replica has replayed, an upper bound of its lag; null on a primary, and before the first one}.';

-- supabase/schemas/core/read/view_states.sql

-- Object: analytics.view_states()
-- Why: the functions learn the current versions of all views in one call.
create or replace function analytics.view_states()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(jsonb_object_agg(s.name, s.state), '{}'::jsonb)
    from (
        select v.view_name, freshet.view_state(v) || jsonb_strip_nulls(jsonb_build_object('buckets', i.buckets))
        from analytics.views as v
        left join analytics.incremental_views as i on i.view_name = v.view_name
        union all
        select l.live_name, freshet.live_state(l) from analytics.live_relations as l
    ) as s (name, state);
$$;

comment on function analytics.view_states() is
    'Version, ages and objective of every registered view and live relation, and the buckets of an incremental view, keyed by name. Service role only.';

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

-- supabase/schemas/core/registry/assert_newest_is_indexed.sql

-- Object: freshet.assert_newest_is_indexed()
-- Why: each refresh asks for the newest source row. Without an index that begins with its column this reads the whole
--      source, and the cost of a refresh by group would follow the history after all.
create function freshet.assert_newest_is_indexed(view_name text, source_at_table regclass, source_at_column name)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if source_at_table is null or exists (
        select
        from pg_catalog.pg_index as i
        join pg_catalog.pg_class as c on c.oid = i.indexrelid
        join pg_catalog.pg_am as m on m.oid = c.relam and m.amname = 'btree'
        join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = source_at_table and i.indisvalid and i.indpred is null and a.attname = source_at_column
    ) then
        return;
    end if;
    raise exception using
        errcode = 'object_not_in_prerequisite_state',
        message = format(
            'cannot register "%s" as incremental: no index of %s begins with the column of source_at, %I',
            view_name, source_at_table, source_at_column
        ),
        hint = format(
            'Each refresh reads the newest row by it: create index on %s (%I); or leave out source_at. A view has none: name the column of its table.',
            source_at_table, source_at_column
        );
end
$$;

revoke all on function freshet.assert_newest_is_indexed(text, regclass, name) from public, anon, authenticated;

comment on function freshet.assert_newest_is_indexed(text, regclass, name) is
    'Raises 55000 unless a whole btree index of the table begins with the column; null for the table: nothing to read.';

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
    -- It may be one of them, and has another number now.
    changed := to_regclass(label);
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
            begin
                execute coalesce(texts ->> (one ->> 'name'), one ->> 'text');
            exception
                when undefined_column or undefined_table or undefined_function or datatype_mismatch then
                    raise exception using
                        errcode = sqlstate,
                        message = format('cannot change %s: "%s", which reads it, cannot be made again: %s', label, one ->> 'name', sqlerrm),
                        hint = 'Give its new text: texts => jsonb_build_object(''name'', $text$create …$text$).';
            end;
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
        perform freshet.register_again(
            declared,
            -- A number outlives no drop, a name does; and a new text may have named another one.
            source_at => case
                when not exists (select from pg_catalog.pg_class as c where c.oid = declared.source_at_table) then one ->> 'source_at'
                else declared.source_at_table::text || '.' || quote_ident(declared.source_at_column)
            end,
            rejects => case
                when not exists (select from pg_catalog.pg_class as c where c.oid = declared.rejects) then (one ->> 'rejects')::regclass
                else declared.rejects
            end,
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

-- supabase/schemas/core/registry/change_view_query.sql

-- Object: analytics.change_view_query()
-- Why: PostgreSQL has no "create or replace" for a materialized view, and the query of an incremental view is not the table
--      that is read. By hand, views that read it, indexes, comments, privileges, the registration and the first rows all
--      have to follow, and readers find the view missing or empty meanwhile.
-- Why two ways: an incremental view with the same columns keeps its table. Readers see the old rows until the caller
--      commits, and never wait. Where columns differ everything over the view is made again, as for a changed table:
--      readers wait until the caller commits, and then see new rows.
create function analytics.change_view_query(view_name text, query text, texts jsonb default '{}')
returns setof text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    relation constant regclass := to_regclass(format('analytics.%I', view_name));
    body constant text := rtrim(query, E'; \n\r\t');
    probe constant text := format('freshet.%I', freshet.incremental_name('new_query_of_', view_name));
    declared analytics.views;
    columns name[];
    has_same_columns boolean;
    fault text;
begin
    select * into declared from analytics.views as v where v.view_name = change_view_query.view_name;
    if not found or relation is null then
        raise exception using
            errcode = 'undefined_table',
            message = format('cannot change the query of "%s": no such view is registered', view_name),
            hint = 'select view_name from analytics.views lists those that are.';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0));

    execute format('create view %s as %s', probe, body);
    columns := array(
        select a.attname from pg_catalog.pg_attribute as a where a.attrelid = probe::regclass and a.attnum > 0 order by a.attnum
    );
    has_same_columns := (
        select
            array_agg((a.attname, a.atttypid, a.atttypmod, a.attcollation) order by a.attnum) filter (where a.attrelid = probe::regclass)
            = array_agg((a.attname, a.atttypid, a.atttypmod, a.attcollation) order by a.attnum) filter (where a.attrelid = relation)
        from pg_catalog.pg_attribute as a
        where a.attrelid in (relation, probe::regclass) and a.attnum > 0 and not a.attisdropped
    );
    execute format('drop view %s', probe);

    select string_agg(distinct k.name::text, ', ') into fault
    from (
        select a.attname as name
        from pg_catalog.pg_index as i
        join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
        where i.indrelid = relation and i.indisunique
        union
        select g.name from analytics.incremental_views as v cross join unnest(v.group_key) as g (name)
        where v.view_name = change_view_query.view_name
    ) as k
    where k.name <> all (columns);
    if fault is not null then
        raise exception using
            errcode = 'undefined_column',
            message = format('cannot change the query of "%s": it has no column %s, which is part of the key of the view', view_name, fault),
            hint = 'Keep the column; a view with another key is another view, under a name of its own.';
    end if;

    if not (freshet.is_incremental(view_name) and has_same_columns) then
        return query select *
        from analytics.change_table(
            relation, 'select', texts || jsonb_build_object(change_view_query.view_name, freshet.text_of_query(relation, body, columns))
        );
        return;
    end if;
    select t.name into fault from jsonb_object_keys(texts) as t (name) limit 1;
    if fault is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot change the query of "%s": texts names "%s", and no other view has to be made again', view_name, fault),
            hint = 'Leave texts out: the columns are the same.';
    end if;
    execute format('create or replace view %s with (security_invoker = on) as %s', freshet.definition_of(view_name), body);
    perform freshet.register_again(
        declared, declared.source_at_table::text || '.' || quote_ident(declared.source_at_column), declared.rejects
    );
    if declared.refreshed_at is not null then
        perform analytics.refresh_view(view_name, 'manual');
    end if;
    return next relation::text;
end
$$;

revoke all on function analytics.change_view_query(text, text, jsonb) from public, anon, authenticated, service_role;

comment on function analytics.change_view_query(text, text, jsonb) is
    'Gives a registered view another query, with its rows, all in the caller''s transaction; returns the names of the views that were made again. For the owner of the views. query: names everything with its schema. Key columns have to stay; indexes and comments of columns that are gone go with them. texts: {view: its new text}, for views that read a column which is gone.';

-- supabase/schemas/core/registry/has_change_trigger.sql

-- Object: freshet.has_change_trigger()
-- Why: what freshet.put_change_trigger() made can be undone by a restore, a bulk load or an operator.
create or replace function freshet.has_change_trigger(relation oid, trigger_name text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (
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
$$;

-- supabase/schemas/core/registry/has_watch_gaps.sql

-- Object: freshet.has_watch_gaps()
-- Why: the question that each refresh asks of freshet.watch_gaps(), whose plan alone takes longer than a refresh that finds
--      nothing to do. So what is as it should be is found by plain look-ups, and anything else is left to that function:
--      a trigger that is enabled as far as the role may, a source without a note of its own, a partition that has left.
create function freshet.has_watch_gaps(view_name text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted constant regclass[] := array(select s.source from analytics.view_sources as s where s.view_name = has_watch_gaps.view_name);
begin
    if not exists (
        -- A table notes its changes, four triggers more log its keys; an incremental view has those alone, a
        -- materialized view none.
        select
        from unnest(wanted) as s (source)
        join pg_catalog.pg_class as c on c.oid = s.source
        left join analytics.incremental_views as v on to_regclass(format('analytics.%I', v.view_name)) = c.oid
        cross join lateral (select exists (select from analytics.source_keys as k where k.source = c.oid) as has_keys) as k
        where (
            select count(*) from pg_catalog.pg_trigger as t
            where t.tgrelid = c.oid
                and t.tgenabled = 'A'
                and (
                    t.tgname = any ('{freshet_log_insert, freshet_log_update, freshet_log_delete, freshet_log_truncate}')
                    or (t.tgname = 'freshet_note_source_change' and (k.has_keys or t.tgtype & 60 = 60))
                )
        ) < (c.relkind in ('r', 'p') and v.view_name is null)::integer + 4 * k.has_keys::integer
    ) and not exists (
        with recursive tree as (
            select s.source::oid, s.source::oid as relation, d.is_down from unnest(wanted) as s (source) cross join (values (true), (false)) as d (is_down)
            union all
            select t.source, n.relation, t.is_down
            from tree as t
            cross join lateral (
                select i.inhrelid as relation from pg_catalog.pg_inherits as i where t.is_down and i.inhparent = t.relation
                union all
                select i.inhparent from pg_catalog.pg_inherits as i where not t.is_down and i.inhrelid = t.relation
            ) as n
        )
        -- Each table of the same tree is noted for the source and has its trigger.
        select
        from tree as t
        left join analytics.source_relatives as k on k.relation = t.relation and k.source = t.source
        left join pg_catalog.pg_trigger as g
            on g.tgrelid = t.relation and g.tgname = 'freshet_note_relative_change' and g.tgenabled = 'A'
        where t.relation <> t.source and (k.relation is null or g.oid is null)
        union all
        select
        from analytics.source_relatives as k
        where k.source = any (wanted)
            and not exists (select from tree as t where t.relation = k.relation and t.source = k.source)
    ) then
        return false;
    end if;
    return exists (select from freshet.watch_gaps(wanted));
end
$$;

revoke all on function freshet.has_watch_gaps(text) from public, anon, authenticated;

comment on function freshet.has_watch_gaps(text) is 'True while a write to a source of the view may not be logged.';

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

-- supabase/schemas/core/registry/register_view.sql

-- Object: analytics.register_view()
-- Why: the only way a view gets a schedule. It proves that the view can be refreshed concurrently, finds out what the
--      view reads, watches those sources for changes, and declares the job to the audit. Keyed on names: jobids change.
-- Why incremental is null by default: a later migration that changes a schedule need not know the form of the view.
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
        source_snapshot = null;

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

revoke all on function analytics.register_view(
    text, text, text, interval, text, regclass, interval, interval, interval, interval, interval, interval,
    boolean, name[], regclass[]
)
    from public, anon, authenticated;

comment on function analytics.register_view(
    text, text, text, interval, text, regclass, interval, interval, interval, interval, interval, interval,
    boolean, name[], regclass[]
) is
    'Registers a materialized view of schema analytics and schedules job refresh-<view>. Idempotent. source_at: schema.table.column of the newest source row; rejects: plain view of the source values left out; warn_after, source_warn_after, source_error_after: age of the rows, and of their sources, from which the audit reports them; refresh_on_change: shortest time between two refreshes that changes of the sources cause, null for refreshes by schedule alone; incremental: true: only the groups that changes touched are computed again, and the view becomes a table of its name; false: a materialized view; null: as it is, with its incremental_by and rebuild_on, and at first a materialized view; incremental_by: columns of a group, null for those of the unique index; rebuild_on: sources of which any change recomputes everything.';

-- supabase/schemas/core/registry/text_of_query.sql

-- Object: freshet.text_of_query()
-- Why: a view whose query or form changes keeps its indexes and comments, as far as it still has the columns that they name.
create function freshet.text_of_query(relation regclass, query text, columns name[], has_rows boolean default false)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select string_agg(t.statement, E';\n' order by t.place, t.statement)
    from (
        select 1 as place, format(
                E'create materialized view %s as\n%s%s', relation, query, case when not has_rows then E'\nwith no data' end
            ) as statement
        union all
        select 2, pg_get_indexdef(i.indexrelid)
        from pg_catalog.pg_index as i
        join pg_catalog.pg_class as c on c.oid = i.indexrelid
        where i.indrelid = relation
            -- The registration makes that one.
            and c.relname <> freshet.incremental_name(
                'groups_of_', (select v.relname::text from pg_catalog.pg_class as v where v.oid = relation)
            )
            and not exists (
                select
                from pg_catalog.pg_depend as d
                join pg_catalog.pg_attribute as a on a.attrelid = relation and a.attnum = d.refobjsubid
                where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = i.indexrelid
                    and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = relation
                    and a.attname <> all (columns)
            )
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
            and (o.objsubid = 0 or a.attname = any (columns))
    ) as t;
$$;

revoke all on function freshet.text_of_query(regclass, text, name[], boolean) from public, anon, authenticated;

comment on function freshet.text_of_query(regclass, text, name[], boolean) is
    'The statements that make a registered view with another query as a materialized view, by default without rows: indexes and comments of the columns that it keeps.';

-- supabase/schemas/core/registry/views.sql

comment on column analytics.views.bucket_by is 'The column that analytics.use_buckets named; null: the first one that can be.';

comment on column analytics.views.bucket_count is 'Buckets of an incremental view: a power of two, at most 1,024.';

-- supabase/schemas/core/registry/watch_gaps.sql

-- Object: freshet.watch_gaps()
-- Why: partitions come and go, and triggers are disabled for an import and enabled again, while nothing calls
--      Freshet. What was written meanwhile is in no log, so the source counts as changed; see freshet.watch_sources().
-- Why wanted: each refresh asks for the sources of its view. All sources and their partitions together took 10 ms, most of
--      a refresh that finds nothing to do.
create function freshet.watch_gaps(wanted regclass[] default null)
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

revoke all on function freshet.watch_gaps(regclass[]) from public, anon, authenticated;

comment on function freshet.watch_gaps(regclass[]) is
    'Tables whose writes change a watched source and are not logged, the source itself too; with is_related false, tables that have left the source. Empty while every write is logged. wanted: of these sources alone; null: of all.';

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
    from freshet.watch_gaps(array[watch_source.source]) as g
    where g.relation <> g.source and g.is_related;
end
$$;

-- supabase/schemas/core/incremental/incremental_views.sql

comment on column analytics.incremental_views.fill_statement is
    'Computes everything into the empty table; returns the same as groups_statement.';

comment on column analytics.incremental_views.rebuild_ms is 'Moving average of the milliseconds that computing everything takes; null before the first time.';

comment on column analytics.incremental_views.group_ms is
    'Moving average of the milliseconds that one dirty group takes; large refreshes weigh most. Null before the first refresh by group.';

comment on column analytics.incremental_views.slow_run_count is
    'Refreshes in a row of which the groups took longer, or would have, than computing everything; see kind groups_slow.';

comment on column analytics.incremental_views.bucket_by is
    'The column of which each value belongs to a bucket with a version of its own; null: the view has no buckets. See analytics.use_buckets.';

comment on column analytics.incremental_views.buckets is
    'freshet.bucket_list(view_name), written with analytics.view_bucket_versions, since it is read each second; null without buckets.';

comment on column analytics.incremental_views.source_as_of is
    'Newest source row when the version last moved: what the answers of that version say.';

-- supabase/schemas/core/incremental/rejected_groups.sql

-- Object: analytics.rejected_groups
-- Grain: one row per incremental view with rejects and group of which something is left out
-- Why: counting all that a view leaves out reads all of its sources. What each group leaves out is kept, so that a
--      refresh counts the groups that changes touched, and the total moves by the difference.
-- Why no unique key: a text that is too long for a group may be too long for an index too. Only refreshes write, one at a
--      time for each view, and each replaces the row of its group.
create table analytics.rejected_groups (
    id bigint generated always as identity primary key,
    view_name text not null references analytics.incremental_views (view_name) on delete cascade,
    group_key jsonb not null check (jsonb_typeof(group_key) = 'object'),
    rejected_count bigint not null check (rejected_count > 0)
);

create index rejected_groups_group_key_idx on analytics.rejected_groups using hash (group_key);

create index rejected_groups_view_name_idx on analytics.rejected_groups (view_name);

alter table analytics.rejected_groups enable row level security;

revoke all on table analytics.rejected_groups from public, anon, authenticated;

comment on table analytics.rejected_groups is
    'How much of each group an incremental view leaves out. Written by the statements of its refresh only; they add up to rejected_count of analytics.views.';

comment on column analytics.rejected_groups.group_key is
    'Columns of freshet.rejects_key() and their values, moments as of UTC; {}: what has no value in one of them.';

-- supabase/schemas/core/incremental/view_bucket_versions.sql

-- Object: analytics.view_bucket_versions
-- Grain: one row per incremental view and bucket of the values of its bucket column
-- Why: a change in one organisation would otherwise end the cached answers of all. A refresh by group knows the rows that
--      went and came, so it moves the versions of their buckets only, and an answer of which every row has one value of
--      the column rests on the version of that value's bucket. One row for each value would be exact, but grow with the
--      organisations, and all of it is read each second. Two values in one bucket only end each other's answers.
-- Why it holds: version v of a bucket says that the bucket's rows are those of version v of the view, and have not changed
--      since. So any answer may be named by it that was made from these rows.
create table analytics.view_bucket_versions (
    view_name text not null references analytics.incremental_views (view_name) on delete cascade,
    bucket integer not null check (bucket >= 0),
    version bigint not null,
    refreshed_at timestamptz not null,
    source_as_of timestamptz,
    primary key (view_name, bucket)
);

alter table analytics.view_bucket_versions enable row level security;

revoke all on table analytics.view_bucket_versions from public, anon, authenticated;

comment on table analytics.view_bucket_versions is
    'Which version of the view last changed a row of the bucket. Written by refresh_view, register_view and use_buckets only. No rows: every answer rests on the version of the view.';

comment on column analytics.view_bucket_versions.bucket is 'freshet.bucket_of(value, bucket_count): 0 to bucket_count - 1.';

comment on column analytics.view_bucket_versions.version is 'analytics.views.version of the refresh that last changed a row of the bucket.';

comment on column analytics.view_bucket_versions.refreshed_at is 'When that refresh began.';

comment on column analytics.view_bucket_versions.source_as_of is 'Newest source row at that moment; null if not known.';

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
        -- Of an incremental view a refresh may find newer source rows and the same rows: then answers stay as they are.
        'source_as_of', case
            when i.view_name is null then declared.source_as_of else i.source_as_of
        end,
        'stale_after_seconds', extract(epoch from declared.stale_after)::bigint,
        'populated', coalesce(freshet.is_filled(declared), false)
    )
    from (select) as one
    left join analytics.incremental_views as i on i.view_name = declared.view_name;
$$;

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

-- supabase/schemas/core/registry/register_again.sql

-- Object: freshet.register_again()
-- Why: a view that is made again is registered as it was, so that what its query reads is found and watched.
create function freshet.register_again(
    declared analytics.views,
    source_at text,
    rejects regclass,
    incremental boolean default null,
    incremental_by name[] default null,
    rebuild_on regclass[] default null
)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select analytics.register_view(
        view_name => declared.view_name,
        pack => declared.pack,
        schedule => declared.schedule,
        stale_after => declared.stale_after,
        source_at => case when declared.source_at_column is not null then register_again.source_at end,
        rejects => case when declared.rejects is not null then register_again.rejects end,
        statement_timeout => declared.statement_timeout,
        rebuild_after => declared.rebuild_after,
        warn_after => declared.warn_after,
        source_warn_after => declared.source_warn_after,
        source_error_after => declared.source_error_after,
        refresh_on_change => declared.refresh_on_change,
        incremental => register_again.incremental,
        incremental_by => register_again.incremental_by,
        rebuild_on => register_again.rebuild_on
    );
$$;

revoke all on function freshet.register_again(analytics.views, text, regclass, boolean, name[], regclass[]) from public, anon, authenticated;

comment on function freshet.register_again(analytics.views, text, regclass, boolean, name[], regclass[]) is
    'Registers a view with what its row in the registry declares. source_at, rejects: as they are called now; incremental and the rest: as in register_view.';

-- supabase/schemas/core/incremental/are_groups_dearer.sql

-- Object: freshet.are_groups_dearer()
-- Why: from some number of groups on, computing everything is cheaper; where that begins differs by a factor of twenty
--      between views, so it is reckoned with the view's own costs.
-- Why one second: below it, the choice saves nothing worth an error of the measured costs.
-- Why half of the rows: what a group costs is not measured before the first refresh by group, which a large import may be.
-- Why timeouts: a refresh that was cut off is rolled back with what it had measured, and the next one would choose the
--      same way and be cut off again. So after each cut-off the other way is taken.
create function freshet.are_groups_dearer(declared analytics.incremental_views, dirty_count bigint, row_count bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        dirty_count * declared.group_ms > greatest(1000, 0.8 * declared.rebuild_ms),
        dirty_count > greatest(1000, row_count / 2),
        false
    ) <> (
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

revoke all on function freshet.are_groups_dearer(analytics.incremental_views, bigint, bigint) from public, anon, authenticated;

comment on function freshet.are_groups_dearer(analytics.incremental_views, bigint, bigint) is
    'Whether so many groups are expected to take more than 80 % of the time of computing everything, and more than a second. After a refresh that ran into its time limit: the other way round.';

reset check_function_bodies;

-- Views that are there already: the next refresh counts by group what they leave out, and says which buckets moved.
update analytics.incremental_views as i
set source_as_of = v.source_as_of, rebuilt_at = case when v.rejects is null then i.rebuilt_at end
from analytics.views as v
where v.view_name = i.view_name;

select freshet.keep_buckets(i.view_name) from analytics.incremental_views as i order by i.view_name;

select freshet.build_statements(i.view_name) from analytics.incremental_views as i order by i.view_name;

-- The triggers that log keys note the change too, where they find a row.
select freshet.watch_keys(k.source) from (select distinct s.source from analytics.source_keys as s) as k;

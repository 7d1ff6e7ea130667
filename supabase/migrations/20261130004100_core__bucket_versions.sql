-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

drop function freshet.refresh_groups(text);

alter table analytics.views add column bucket_by name;

alter table analytics.views add column bucket_count integer default 256 not null;

alter table analytics.incremental_views add column bucket_by name;

alter table analytics.incremental_views add column buckets jsonb;

alter table analytics.incremental_views add column source_as_of timestamp with time zone;

alter table analytics.views add constraint views_bucket_count_check CHECK ((bucket_count = ANY (ARRAY[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024])));

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

-- supabase/schemas/core/registry/views.sql

comment on column analytics.views.bucket_by is 'The column that analytics.use_buckets named; null: the first one that can be.';

comment on column analytics.views.bucket_count is 'Buckets of an incremental view: a power of two, at most 1,024.';

-- supabase/schemas/core/incremental/incremental_views.sql

comment on column analytics.incremental_views.bucket_by is
    'The column of which each value belongs to a bucket with a version of its own; null: the view has no buckets. See analytics.use_buckets.';

comment on column analytics.incremental_views.buckets is
    'freshet.bucket_list(view_name), written with analytics.view_bucket_versions, since it is read each second; null without buckets.';

comment on column analytics.incremental_views.source_as_of is
    'Newest source row when the version last moved: what the answers of that version say.';

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

reset check_function_bodies;

-- Incremental views that there are already: their statements have to say which buckets moved.
update analytics.incremental_views as i
set source_as_of = v.source_as_of
from analytics.views as v
where v.view_name = i.view_name;

select freshet.keep_buckets(i.view_name) from analytics.incremental_views as i order by i.view_name;

select freshet.build_statements(i.view_name) from analytics.incremental_views as i order by i.view_name;

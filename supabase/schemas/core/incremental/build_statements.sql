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

revoke all on function freshet.build_statements(text) from public, anon, authenticated;

comment on function freshet.build_statements(text) is 'Writes the statements that refresh an incremental view, from its mappings.';

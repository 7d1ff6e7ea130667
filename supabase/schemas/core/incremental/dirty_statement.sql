-- Object: freshet.dirty_statement()
-- Why: the first half of every generated statement: which groups of the view its rows lack. Counting, refreshing and
--      proving have to read the same keys.
-- Why a record of the key alone: a row of the view would need a value for each domain that takes no null.
-- Why strict: otherwise an array with a null in it is taken for a key that is missing.
-- Why the group of null: the view cannot hold it, so computing everything fails, at the next refresh and in plain words.
create function freshet.dirty_statement(view_name text)
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

revoke all on function freshet.dirty_statement(text) from public, anon, authenticated;

comment on function freshet.dirty_statement(text) is
    'The WITH clause that finds what the rows of an incremental view lack: dirty_1, dirty_2, … for each shape, and everything.';

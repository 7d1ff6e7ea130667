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

-- Object: freshet.text_of_view()
-- Why: a view that is dropped takes its index, its comments and its triggers along. This is all that makes it again as it
--      was, except its privileges, which depend on what a new relation is given by default.
create function freshet.text_of_view(relation regclass)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select string_agg(t.statement, E';\n' order by t.place, t.statement)
    from pg_catalog.pg_class as c
    cross join lateral (select case c.relkind when 'm' then 'materialized view' else 'view' end) as k (kind)
    cross join lateral (
        select
            1 as place,
            format(
                E'create %s %s%s as\n%s%s',
                k.kind, c.oid::regclass, ' with (' || array_to_string(c.reloptions, ', ') || ')',
                rtrim(pg_catalog.pg_get_viewdef(c.oid), ';'), case c.relkind when 'm' then E'\nwith no data' end
            ) as statement
        union all
        select 2, pg_catalog.pg_get_indexdef(i.indexrelid) from pg_catalog.pg_index as i where i.indrelid = c.oid
        union all
        select 3, pg_catalog.pg_get_triggerdef(t.oid)
        from pg_catalog.pg_trigger as t
        where t.tgrelid = c.oid and not t.tgisinternal
        union all
        select 3, rtrim(pg_catalog.pg_get_ruledef(r.oid), ';')
        from pg_catalog.pg_rewrite as r
        where r.ev_class = c.oid and r.rulename <> '_RETURN'
        union all
        select
            4,
            case o.objsubid
                when 0 then format('comment on %s %s is %L', k.kind, c.oid::regclass, o.description)
                else format('comment on column %s.%I is %L', c.oid::regclass, a.attname, o.description)
            end
        from pg_catalog.pg_description as o
        left join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum = o.objsubid
        where o.objoid = c.oid and o.classoid = 'pg_catalog.pg_class'::regclass
    ) as t
    where c.oid = text_of_view.relation and c.relkind in ('v', 'm');
$$;

revoke all on function freshet.text_of_view(regclass) from public, anon, authenticated;

comment on function freshet.text_of_view(regclass) is
    'The statements that make a view again, a materialized one without rows: its query, indexes, triggers, rules and comments.';

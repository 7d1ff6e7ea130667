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

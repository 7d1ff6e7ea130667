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

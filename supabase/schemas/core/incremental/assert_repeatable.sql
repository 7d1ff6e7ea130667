-- Object: freshet.assert_repeatable()
-- Why: a group is computed again only when its sources change. A query that reads the clock, or draws lots, has other
--      rows without any change, so groups that were computed at different moments would not belong together.
-- Why functions of SQL and PL: one that is not immutable may read a table, of which no change is then seen.
-- Why one image: a group shows one of the values that are equal in it, and which one depends on the plan. A refresh of the
--      group and one of everything would differ for ever, as rows that nothing explains. A row is replaced by its unique key,
--      so it would keep the value that it had.
create function freshet.assert_repeatable(view_name text, definition regclass, keys name[])
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    fault text;
begin
    select string_agg(distinct p.name, ', ') into fault
    from freshet.queries_of(definition) as q
    join pg_catalog.pg_rewrite as r on r.ev_class = q.relation
    cross join lateral (
        select o.oid::regprocedure::text as name
        from regexp_matches(r.ev_action::text, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)', 'g') as m (ids)
        join pg_catalog.pg_proc as o on o.oid = m.ids[1]::oid
        where o.provolatile = 'v'
            or o.oid in (
                'now()'::regprocedure, 'transaction_timestamp()'::regprocedure, 'statement_timestamp()'::regprocedure,
                'current_setting(text)'::regprocedure, 'current_setting(text, boolean)'::regprocedure
            )
            or (o.provolatile = 's' and (select l.lanname from pg_catalog.pg_language as l where l.oid = o.prolang) not in ('internal', 'c'))
        union all
        -- current_date and the like.
        select 'current_date or its like' where r.ev_action::text like '%{SQLVALUEFUNCTION%'
        union all
        select 'tablesample' where r.ev_action::text like '%{TABLESAMPLECLAUSE%'
    ) as p;
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot register "%s" as incremental: its rows change without a change of its sources, by %s', view_name, fault),
            hint = 'Move what depends on the moment of the read into the reading of the rows, write the query of a function into the view, so that the tables it reads are seen, declare immutable what reads none; or leave out incremental.';
    end if;

    select string_agg(k.name, ', ') into fault
    from (select distinct u.name from unnest(keys) as u (name)) as k
    join pg_catalog.pg_attribute as a on a.attrelid = definition and a.attname = k.name
    join pg_catalog.pg_collation as c on c.oid = a.attcollation
    where not c.collisdeterministic;
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot register "%s" as incremental: key column %s has a collation that takes different texts as equal', view_name, fault),
            hint = 'Give the column a deterministic collation, for example: lower(name) collate "C".';
    end if;

    select string_agg(format('%s is %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attname) into fault
    from pg_catalog.pg_attribute as a
    where a.attrelid = definition and a.attname = any (keys) and not freshet.has_one_image(a.atttypid, a.atttypmod);
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot register "%s" as incremental: key column %s, of which equal values may look different', view_name, fault),
            hint = 'Cast it in the query, in select and group by: amount::numeric(12,2), code::text, extract(epoch from span)::bigint.';
    end if;
end
$$;

revoke all on function freshet.assert_repeatable(text, regclass, name[]) from public, anon, authenticated;

comment on function freshet.assert_repeatable(text, regclass, name[]) is
    'Raises 0A000 for a query whose rows depend on more than its sources, and for columns of its keys in which equal values may differ.';

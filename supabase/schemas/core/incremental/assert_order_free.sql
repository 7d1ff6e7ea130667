-- Object: freshet.assert_order_free()
-- Why: the last bits of a sum of floats, and the order of a collected array, follow the order in which rows are read. A
--      group is read by an index and everything by a scan, so both differ from each other and from the query, and each
--      rebuild would count such rows as unexplained.
-- Why not in freshet.map_view(): a view that was registered before this was known goes on.
create function freshet.assert_order_free(view_name text, definition regclass)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    fault text;
begin
    select string_agg(distinct a.aggfnoid::regprocedure::text, ', ') into fault
    from freshet.queries_of(definition) as q
    join pg_catalog.pg_rewrite as r on r.ev_class = q.relation
    cross join lateral regexp_split_to_table(r.ev_action::text, ':(aggfnoid|winfnoid) ') with ordinality as p (call, place)
    join pg_catalog.pg_aggregate as a on p.place > 1 and a.aggfnoid = substring(p.call from '^\d+')::oid
    where a.aggtranstype = 'float8[]'::regtype
        or a.aggtransfn in ('float4pl(real,real)'::regprocedure, 'float8pl(double precision,double precision)'::regprocedure)
        -- Ordered by itself or made of different values: both sort.
        or (
            (select f.proname from pg_catalog.pg_proc as f where f.oid = a.aggfnoid) ~ '^(array_agg|string_agg|xmlagg|jsonb?_agg(_strict)?)$'
            and substring(p.call from ':aggorder (\S+ :aggdistinct \S+) ') = '<> :aggdistinct <>'
        );
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot register "%s" as incremental: what %s makes depends on the order in which rows are read', view_name, fault),
            hint = 'Aggregate floats as numeric: avg(score::numeric). Order what is collected: array_agg(name order by name, id).';
    end if;
end
$$;

revoke all on function freshet.assert_order_free(text, regclass) from public, anon, authenticated;

comment on function freshet.assert_order_free(text, regclass) is
    'Raises 0A000 for a query with a sum of floats, or with an aggregate that collects values in no order.';

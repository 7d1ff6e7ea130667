begin;
select plan(7);

create materialized view analytics.probe as select n as a, 'k' || n as b from generate_series(1, 3) as n;
create unique index probe_key on analytics.probe (a);
select analytics.register_view('probe', 'probe', '0 0 1 1 *', '1 day');
-- Called as v.told, by the name of a column that is none.
create function analytics.told(row_of analytics.probe) returns text language sql as $$ select 'called' $$;
create function public.told(row_of analytics.probe) returns text language sql as $$ select 'called' $$;

create function pg_temp.read(extra jsonb) returns jsonb language sql as $$
    select analytics.read_view('probe', jsonb_build_object(
        'columns', '["a"]'::jsonb, 'filters', '[]'::jsonb, 'scope', null, 'limit', 3,
        'order', '[{"column": "a", "direction": "asc"}]'::jsonb
    ) || extra)
$$;
create function pg_temp.outcome(extra jsonb) returns text language plpgsql as $$
begin
    perform pg_temp.read(extra);
    return 'read';
exception when others then
    return sqlstate;
end
$$;
create temporary table names (name) on commit drop as
select a.attname::text from pg_catalog.pg_attribute as a where a.attrelid = 'analytics.probe'::regclass and a.attnum < 0
union all
select unnest(array[
    'told', 'v', 'probe', '*', 'A', '"a"', 'a"', '', ' a', 'a ', 'v.a', 'a::text', 'a, b', '1', 'null', 'oid', 'row_to_json', 'to_jsonb',
    'current_user', 'a) from pg_catalog.pg_authid as v --', 'a;', 'a desc', 'a/**/', repeat('a', 70)
]);

select cmp_ok((select count(*)::integer from names), '>=', 30, 'every system column and as many expressions are tried');
select is_empty(
    $$ select n.name, pg_temp.outcome(jsonb_build_object('columns', jsonb_build_array('a', n.name))) from names as n
       where pg_temp.outcome(jsonb_build_object('columns', jsonb_build_array('a', n.name))) <> '42703' $$,
    'none of them is selected'
);
select is_empty(
    $$ select n.name, pg_temp.outcome(jsonb_build_object('order', jsonb_build_array(jsonb_build_object('column', n.name, 'direction', 'asc'))))
       from names as n
       where pg_temp.outcome(jsonb_build_object('order', jsonb_build_array(jsonb_build_object('column', n.name, 'direction', 'asc')))) <> '42703' $$,
    'none of them orders'
);
select is_empty(
    $$ select n.name, f.filter from names as n
       cross join lateral (values
           (jsonb_build_object('column', n.name, 'op', 'eq', 'value', '1')),
           (jsonb_build_object('column', n.name, 'op', 'in', 'value', '["1", "2"]'::jsonb)),
           (jsonb_build_object('op', 'after', 'columns', jsonb_build_array('a', n.name), 'values', '["1", "1"]'::jsonb))
       ) as f (filter)
       where pg_temp.outcome(jsonb_build_object('filters', jsonb_build_array(f.filter))) <> '42703' $$,
    'none of them filters'
);
select is_empty(
    $$ select n.name from names as n
       where pg_temp.outcome(jsonb_build_object('scope', jsonb_build_object('column', n.name, 'value', '1', 'relation', null))) <> '42703' $$,
    'none of them scopes'
);
select is(
    pg_temp.read('{"order": [{"column": "a", "direction": "desc nulls first, 1/0"}]}') -> 'rows' -> 0 ->> 'a', '1',
    'a direction is down only where it is desc'
);
select is(pg_temp.read('{"columns": ["b", "a"]}') -> 'rows' -> 1, '{"a": 2, "b": "k2"}'::jsonb, 'its columns are read');

select * from finish();
rollback;

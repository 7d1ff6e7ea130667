begin;
select plan(9);

create materialized view analytics.probe as
select n / 3 as a, 'k' || n as b from generate_series(1, 8) as n;
create unique index probe_key on analytics.probe (a, b);
select analytics.register_view('probe', 'probe', '0 0 1 1 *', '1 day');

create function pg_temp.page(condition jsonb, direction text default 'asc') returns text language sql as $$
    select string_agg(r ->> 'b', ' ')
    from jsonb_array_elements(analytics.read_view('probe', jsonb_build_object(
        'columns', '["b"]'::jsonb, 'filters', coalesce(jsonb_build_array(condition), '[]'), 'scope', null, 'limit', 3,
        'order', jsonb_build_array(jsonb_build_object('column', 'a', 'direction', direction), jsonb_build_object('column', 'b', 'direction', direction))
    )) -> 'rows') as r
$$;
create function pg_temp.place(op text, a text, b text) returns jsonb language sql as $$
    select jsonb_build_object('op', op, 'columns', '["a", "b"]'::jsonb, 'values', jsonb_build_array(a, b))
$$;

select is(pg_temp.page('{"column": "a", "op": "gte", "value": 0}'), 'k1 k2 k3', 'the first page');
select is(pg_temp.page(pg_temp.place('after', '1', 'k3')), 'k4 k5 k6', 'the second, across values of the first column');
select is(pg_temp.page(pg_temp.place('after', '2', 'k6')), 'k7 k8', 'the last');
select is(pg_temp.page(pg_temp.place('after', '2', 'k8')), null, 'and nothing after it');
select is(pg_temp.page(pg_temp.place('after', '1', 'k35')), 'k4 k5 k6', 'a row that is gone is still a place');
select is(pg_temp.page(pg_temp.place('before', '2', 'k7'), 'desc'), 'k6 k5 k4', 'downwards it is before');
select throws_ok(
    $$ select pg_temp.page('{"op": "after", "columns": ["a", "nowhere"], "values": [1, 2]}') $$, '42703', null, 'a column that is none is refused'
);
select throws_ok(
    $$ select pg_temp.page('{"op": "after", "columns": ["a", "b"], "values": [1]}') $$, '22023',
    'filter "after" has 2 columns and 1 values', 'as many values as columns'
);
select is(
    pg_temp.page(pg_temp.place('after', '1', $q$k3') or true --$q$)), 'k4 k5 k6', 'a value stays a value, whatever it holds'
);

select * from finish();
rollback;

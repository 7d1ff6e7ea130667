begin;
select plan(5);

create materialized view analytics.probe as select n as a, n % 2 as odd from generate_series(1, 8) as n;
create unique index probe_key on analytics.probe (a);
select analytics.register_view('probe', 'probe', '0 0 1 1 *', '1 day');

create function pg_temp.count_of(row_limit integer, extra jsonb, filters jsonb default '[]') returns jsonb language sql as $$
    select analytics.read_view('probe', jsonb_build_object(
        'columns', '["a"]'::jsonb, 'filters', filters, 'scope', null, 'limit', row_limit,
        'order', '[{"column": "a", "direction": "asc"}]'::jsonb
    ) || extra) -> 'total_count'
$$;

select is(pg_temp.count_of(4, '{"counts_cut": true}'), '8', 'as many rows as the limit: there may be more, so they are counted');
select is(pg_temp.count_of(4, '{"counts_cut": true}', '[{"column": "odd", "op": "eq", "value": 1}]'), '4', 'inside the filters');
select is(pg_temp.count_of(9, '{"counts_cut": true}'), 'null', 'fewer rows are all there are, and cost no count');
select is(pg_temp.count_of(4, '{}'), 'null', 'nobody counts unasked');
select is(pg_temp.count_of(9, '{"counts": true, "counts_cut": true}'), '8', 'unless all are to be counted');

select * from finish();
rollback;

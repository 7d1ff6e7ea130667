begin;
select plan(7);

create table public.probe_sales (id integer generated always as identity primary key, shop_id integer, sold_at timestamptz, price integer not null);
insert into public.probe_sales (shop_id, sold_at, price) values (1, '2026-01-01', 5);
create materialized view analytics.probe_shops as select shop_id, sum(price) as price from public.probe_sales group by 1 with no data;
create unique index on analytics.probe_shops (shop_id);
create materialized view analytics.probe_known_shops as
select shop_id, (sold_at at time zone 'UTC')::date as sold_on, sum(price) as price
from public.probe_sales where shop_id is not null and sold_at is not null group by 1, 2 with no data;
create unique index on analytics.probe_known_shops (shop_id, sold_on);
select analytics.register_view(v.name, 'probe', '0 0 1 1 *', '1 hour', incremental => true), analytics.refresh_view(v.name)
from (values ('probe_shops'), ('probe_known_shops')) as v (name);

insert into public.probe_sales (price) values (7);
select throws_ok(
    $$ select analytics.refresh_view('probe_shops') $$, '23502',
    'refresh of analytics.probe_shops failed [23502]: null value in column "shop_id" of relation "probe_shops" violates not-null constraint',
    'a group of null is no group of the view, and the view does not leave it out in silence'
);
select freshet.trim_source_changes('public.probe_sales');
select throws_like($$ select analytics.refresh_view('probe_shops') $$, '%violates not-null constraint', 'nor after its key was folded');
select is(
    (select r.group_count from analytics.refresh_view('probe_known_shops') as r), 0::bigint,
    'where the query leaves such rows out, they cost nothing'
);
delete from public.probe_sales where shop_id is null;
select lives_ok($$ select analytics.refresh_view('probe_shops') $$, 'once the row has gone it is refreshed again');
select results_eq('table analytics.probe_shops', $$ values (1, 5::bigint) $$, 'to the rows of its query');
select results_eq(
    $$ select m.view_name, m.key_column::text collate "default", m.has_null_group from analytics.view_mappings as m where m.view_name like 'probe%' order by 1, 2 $$,
    $$ values ('probe_known_shops', 'shop_id', false), ('probe_known_shops', 'sold_on', false), ('probe_shops', 'shop_id', true) $$,
    'which is found at the registration'
);
select is_empty(
    $$ select m.view_name, m.key_column from analytics.view_mappings as m
       join analytics.source_keys as k on k.source = m.source and k.place = m.place
       join pg_attribute as a on a.attrelid = m.source and not a.attnotnull and format('x.%I', a.attname) = k.expression
       where m.has_null_group and m.view_name not like 'probe%' $$,
    'no view of the packs computes everything because of a row without a key'
);

select * from finish();
rollback;

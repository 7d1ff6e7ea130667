begin;
select plan(18);

create table public.shops (id integer primary key, town text not null);
create table public.sales (id integer primary key, shop_id integer not null, amount integer not null);
insert into public.shops select g, 'town ' || g % 2 from generate_series(1, 5) as g;
insert into public.sales select g, g % 5 + 1, g from generate_series(1, 100) as g;
create materialized view analytics.shop_sums as
select s.shop_id, count(*) as sales_count, sum(s.amount) as amount from public.sales as s group by s.shop_id with no data;
create unique index shop_sums_key on analytics.shop_sums (shop_id);
create index shop_sums_amount_idx on analytics.shop_sums (amount);
comment on materialized view analytics.shop_sums is 'Sums.';
comment on column analytics.shop_sums.amount is 'In euros.';
select analytics.register_view(
    view_name => 'shop_sums', pack => 'core', schedule => '7 * * * *', stale_after => '2 hours', incremental => true
);
select analytics.refresh_view('shop_sums');
create role shop_reader;
grant usage on schema analytics to shop_reader;
grant select on analytics.shop_sums to shop_reader;
create view analytics.named_sums with (security_invoker = on) as
select s.shop_id, h.town, s.amount from analytics.shop_sums as s join public.shops as h on h.id = s.shop_id;
grant select on analytics.named_sums to shop_reader;
create materialized view analytics.town_sums as select n.town, sum(n.amount) as amount from analytics.named_sums as n group by n.town with no data;
create unique index town_sums_key on analytics.town_sums (town);
select analytics.register_view(view_name => 'town_sums', pack => 'core', schedule => '8 * * * *', stale_after => '2 hours');
select analytics.refresh_view('town_sums');
create index shop_sums_count_idx on analytics.shop_sums (sales_count);
comment on column analytics.shop_sums.sales_count is 'Gone later.';
create materialized view analytics.best_shops as select s.shop_id, s.amount as best from analytics.shop_sums as s with no data;
create unique index best_shops_key on analytics.best_shops (shop_id);
select analytics.register_view(
    view_name => 'best_shops', pack => 'core', schedule => '9 * * * *', stale_after => '2 hours', incremental => true
);
select analytics.refresh_view('best_shops');
create temporary table before as select * from analytics.views where view_name in ('shop_sums', 'town_sums', 'best_shops');

select throws_ok(
    $$ select analytics.change_view_query('shop_sums', 'select s.amount, count(*) as sales_count from public.sales as s group by 1') $$,
    '42703', 'cannot change the query of "shop_sums": it has no column shop_id, which is part of the key of the view', 'the key has to stay'
);
select throws_like(
    $$ select analytics.change_view_query('shop_sums', 'select s.shop_id, count(*) as sales_count from public.sales as s group by 1') $$,
    'cannot change analytics.shop_sums: "%", which reads it, cannot be made again: column %amount% does not exist',
    'a column that another view reads is not lost in silence'
);
select is((select sum(amount) from analytics.town_sums), 5050::numeric, 'and everything is as it was');

select set_eq(
    $$ select analytics.change_view_query('shop_sums', $query$
        select s.shop_id, min(s.id) as first_id, sum(s.amount)::numeric(12, 2) as amount from public.sales as s group by s.shop_id
    $query$) $$,
    array['analytics.shop_sums', 'analytics.named_sums', 'analytics.town_sums', 'analytics.best_shops'], 'a column more, one less, and one of another type, in one call'
);
select results_eq(
    'select shop_id, first_id, amount from analytics.shop_sums order by 1',
    $$ values (1, 5, 1050.00::numeric), (2, 1, 970.00), (3, 2, 990.00), (4, 3, 1010.00), (5, 4, 1030.00) $$, 'has its rows at once'
);
select is((select sum(amount) from analytics.town_sums), 5050::numeric, 'as have the views that read it');
select is(
    (select string_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
     from pg_attribute as a where a.attrelid = 'analytics.named_sums'::regclass and a.attnum > 0),
    'shop_id integer, town text, amount numeric(12,2)', 'with the new type'
);
select results_eq(
    $$ select v.view_name, v.version > b.version, v.refreshed_at is not null from analytics.views as v join before as b using (view_name) order by 1 $$,
    $$ select b.view_name, true, true from before as b order by 1 $$, 'all of them under new versions'
);
select is(
    array[has_table_privilege('shop_reader', 'analytics.shop_sums', 'select'), has_table_privilege('shop_reader', 'analytics.named_sums', 'select')],
    array[true, true], 'with their privileges'
);
select is(
    format('%s %s %s', obj_description('analytics.shop_sums'::regclass, 'pg_class'), col_description('analytics.shop_sums'::regclass, 3), to_regclass('analytics.shop_sums_amount_idx')),
    'Sums. In euros. analytics.shop_sums_amount_idx', 'comments and indexes'
);
select is(
    (select string_agg(c.relkind::text, '') from pg_class as c where c.oid in ('analytics.shop_sums'::regclass, 'analytics.best_shops'::regclass)),
    'rr', 'incremental views are incremental again'
);
select is(to_regclass('analytics.shop_sums_count_idx'), null, 'the index of the column that is gone is gone');
update public.sales set amount = amount + 1000 where id = 2;
select analytics.refresh_view('shop_sums');
select results_eq(
    $$ select group_count, changed_count from analytics.refresh_log where view_name = 'shop_sums' order by id desc limit 1 $$,
    $$ values (1::bigint, 1::bigint) $$, 'a refresh computes the groups that changed'
);
select analytics.refresh_view('best_shops');
select is((select best from analytics.best_shops where shop_id = 3), 1990.00::numeric, 'of the views over it as well');

select set_eq(
    $$ select analytics.change_view_query(
        'shop_sums', 'select s.shop_id, min(s.id) as first_id, max(s.amount) as most from public.sales as s group by 1',
        texts => jsonb_build_object(
            'named_sums', 'create view analytics.named_sums with (security_invoker = on) as select s.shop_id, h.town, s.most as amount from analytics.shop_sums as s join public.shops as h on h.id = s.shop_id',
            'best_shops', 'create materialized view analytics.best_shops as select s.shop_id, s.most as best from analytics.shop_sums as s with no data; create unique index best_shops_key on analytics.best_shops (shop_id);'
        )
    ) $$,
    array['analytics.shop_sums', 'analytics.named_sums', 'analytics.town_sums', 'analytics.best_shops'], 'views that read a column that goes are given new texts'
);
-- The largest sale of each shop: 100, 96, 1002, 98 and 99.
select is((select sum(amount) from analytics.town_sums), 1395::bigint::numeric, 'and read what those say');
select is((select best from analytics.best_shops where shop_id = 1), 100, 'an incremental one too');
select is_empty($$ select relname from pg_class where relname like 'new\_query%' or relname like 'freshet\_before%' $$, 'nothing is left of the change');

select * from finish();
rollback;

begin;
select plan(20);

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
create materialized view analytics.best_shops as select s.shop_id, s.amount as best from analytics.shop_sums as s with no data;
create unique index best_shops_key on analytics.best_shops (shop_id);
select analytics.register_view(
    view_name => 'best_shops', pack => 'core', schedule => '9 * * * *', stale_after => '2 hours', incremental => true
);
select analytics.refresh_view('best_shops');
create policy some_shops on analytics.shop_sums as restrictive for select to shop_reader using (shop_id < 5);
create temporary table before as select v.*, 'analytics.shop_sums'::regclass::oid as relation from analytics.views as v where view_name = 'shop_sums';
create temporary table places as select shop_id, ctid as place from analytics.shop_sums;

select throws_like(
    $$ select analytics.change_view_query('shop_sums', 'select s.shop_id, count(*) as sales_count, sum(sum(s.amount)) over ()::bigint as amount from public.sales as s group by 1') $$,
    'cannot register "shop_sums" as incremental by shop_id: which groups a change touches is not known for public.sales',
    'a query whose groups cannot be proved is refused'
);
select throws_ok(
    $$ select analytics.change_view_query('shop_sums', 'select 1 as shop_id from public.nowhere') $$, '42P01', null, 'as is one of a table that does not exist'
);
select set_eq(
    'select shop_id, amount from analytics.shop_sums', 'select shop_id, sum(amount) from public.sales group by 1', 'and everything is as it was'
);
select throws_ok(
    $$ select analytics.change_view_query('shop_none', 'select 1') $$, '42P01',
    'cannot change the query of "shop_none": no such view is registered', 'a view that is not registered'
);
select throws_ok(
    $$ select analytics.change_view_query('shop_sums', 'select s.shop_id, count(*) as sales_count, sum(s.amount) as amount from public.sales as s group by 1', '{"named_sums": ""}') $$,
    '22023', 'cannot change the query of "shop_sums": texts names "named_sums", and no other view has to be made again', 'a text that nothing needs'
);

select results_eq(
    $$ select analytics.change_view_query('shop_sums', $query$
        select s.shop_id, count(*) as sales_count, sum(case when h.town = 'town 1' then 1 else 0 end + s.amount) as amount
        from public.sales as s join public.shops as h on h.id = s.shop_id
        group by s.shop_id;
    $query$) $$,
    $$ values ('analytics.shop_sums') $$, 'one call'
);
select results_eq(
    'select shop_id, amount from analytics.shop_sums order by 1',
    -- Sales 5, 10, … 100 are of shop 1 and add up to 1050, 1, 6, … 96 of shop 2 to 970; each of the 20 counts one more in town 1.
    $$ values (1, 1070::bigint), (2, 970), (3, 1010), (4, 1010), (5, 1050) $$, 'has the new rows at once'
);
select is('analytics.shop_sums'::regclass::oid, b.relation, 'in the same table') from before as b;
select set_eq(
    'select s.shop_id from analytics.shop_sums as s join places as p using (shop_id) where s.ctid = p.place', array[2, 4],
    'of which only rows that differ were written'
);
select results_eq(
    $$ select v.version, v.schedule, v.stale_after, v.row_count, v.verified_at is not null from analytics.views as v where view_name = 'shop_sums' $$,
    $$ select b.version + 1, b.schedule, b.stale_after, b.row_count, true from before as b $$, 'under a new version, registered as before'
);
select set_eq(
    $$ select source::text from analytics.view_sources where view_name = 'shop_sums' $$, array['sales', 'shops'], 'its sources are those of the new query'
);
select is(
    (select string_agg(format('%s=%s', m.source, k.expression), ' ' order by m.source::text) from analytics.view_mappings as m
     join analytics.source_keys as k on k.source = m.source and k.place = m.place where m.view_name = 'shop_sums'),
    'sales=x.shop_id shops=x.id', 'and their keys'
);
update public.shops set town = 'town 1' where id = 2;
select analytics.refresh_view('shop_sums');
select is((select amount from analytics.shop_sums where shop_id = 2), 990::bigint, 'which are logged');
select analytics.refresh_view('best_shops');
select is((select best from analytics.best_shops where shop_id = 2), 990::bigint, 'an incremental view over it follows');
select analytics.refresh_view('town_sums');
select is((select sum(amount) from analytics.town_sums), 5130::numeric, 'and a materialized one');
select is((select count(*) from pg_policy where polrelid = 'analytics.shop_sums'::regclass), 2::bigint, 'policies are kept');
select is(
    array[has_table_privilege('shop_reader', 'analytics.shop_sums', 'select'), has_table_privilege('shop_reader', 'analytics.named_sums', 'select')],
    array[true, true], 'with their privileges'
);
select is(
    format('%s %s %s', obj_description('analytics.shop_sums'::regclass, 'pg_class'), col_description('analytics.shop_sums'::regclass, 3), to_regclass('analytics.shop_sums_amount_idx')),
    'Sums. In euros. analytics.shop_sums_amount_idx', 'comments and indexes'
);
select is_empty($$ select relname from pg_class where relname like 'new\_query%' or relname like 'freshet\_before%' $$, 'nothing is left of the change');
select throws_ok(
    $$ select analytics.change_view_query('shop_sums', 'select s.shop_id, count(*) as sales_count, sum(s.amount) as amount, 1 as more from public.sales as s group by 1') $$,
    '0A000', 'cannot make "shop_sums" again: it has policy some_shops, which would be lost',
    'other columns need another table, which would not have the policy'
);

select * from finish();
rollback;

begin;
select plan(7);

create table public.probe_sales (id integer primary key, shop_id integer, amount integer);
insert into public.probe_sales select g, g % 3, g from generate_series(1, 30) as g;
create view analytics.probe_rejects as select s.id, s.shop_id from public.probe_sales as s where s.amount is null or s.shop_id is null;
create materialized view analytics.probe_shops as
select shop_id, sum(amount) as amount from public.probe_sales where amount is not null and shop_id is not null group by 1 with no data;
create unique index on analytics.probe_shops (shop_id);
-- It reads the shops alone, and says what they leave out.
create materialized view analytics.probe_total as select 1 as one, count(*) as shops_count from analytics.probe_shops with no data;
create unique index on analytics.probe_total (one);
create function pg_temp.register(name text, incremental boolean) returns void language sql as $$
    select analytics.register_view(
        view_name => name, pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour',
        rejects => 'analytics.probe_rejects', incremental => incremental
    ) $$;
select pg_temp.register('probe_shops', true);
select pg_temp.register('probe_total', false);
create function pg_temp.counted() returns text language sql volatile as $$
    select format('%s, %s', (analytics.refresh_view('probe_shops')).rejected_count, (analytics.refresh_view('probe_total')).rejected_count) $$;

select set_eq(
    $$ select source from analytics.view_sources where view_name = 'probe_total' $$,
    $$ select unnest(array['analytics.probe_shops', 'public.probe_sales'])::regclass $$,
    'what the view of rejects reads is a source'
);
select set_eq(
    $$ select distinct source from analytics.view_mappings where view_name = 'probe_shops' $$, $$ select 'public.probe_sales'::regclass $$,
    'and has no groups'
);
select is(pg_temp.counted(), '0, 0', 'nothing is left out');
insert into public.probe_sales values (31, 1, null);
select is(pg_temp.counted(), '1, 1', 'a row that is left out, in a group whose rows stay as they were');
insert into public.probe_sales values (32, null, 5);
delete from freshet.keys_of_public_probe_sales where k1 is not null;
select is((analytics.refresh_view('probe_shops')).outcome, 'skipped_clean', 'a row that belongs to no group');
select is(pg_temp.counted(), '2, 2', 'is counted too');
select is(
    (select array_agg(rejected_count order by view_name) from analytics.views where view_name like 'probe%'), array[2, 2]::bigint[],
    'and the registry says so'
);

select * from finish();
rollback;

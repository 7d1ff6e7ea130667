begin;
select plan(6);

create table public.probe_sales (id integer not null, shop_id integer not null, sold_at timestamptz not null) partition by range (id);
create table public.probe_sales_low partition of public.probe_sales for values from (0) to (10000);
create table public.probe_sales_high partition of public.probe_sales for values from (10000) to (20000);
insert into public.probe_sales select g, g % 200, now() - g * interval '1 minute' from generate_series(1, 19999) as g;
create index on public.probe_sales (shop_id, sold_at);
analyze public.probe_sales;
create view analytics.probe_seen as select * from public.probe_sales;
create materialized view analytics.probe_shops as select shop_id, count(*) as n from public.probe_sales group by 1 with no data;
create unique index on analytics.probe_shops (shop_id);
create function pg_temp.register(source_at text, incremental boolean) returns void language sql as $$
    select analytics.register_view(
        view_name => 'probe_shops', pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour', source_at => source_at, incremental => incremental
    ) $$;

select lives_ok($$ select pg_temp.register('public.probe_sales.sold_at', false) $$, 'a view that is computed as a whole needs none');
select throws_ok(
    $$ select pg_temp.register('public.probe_sales.sold_at', true) $$, '55000',
    'cannot register "probe_shops" as incremental: no index of public.probe_sales begins with the column of source_at, sold_at',
    'an index that holds the column in another place is none'
);
create index on public.probe_sales (sold_at) where shop_id = 1;
select throws_ok($$ select pg_temp.register('public.probe_sales.sold_at', true) $$, '55000', null, 'nor is one of some rows');
create index on public.probe_sales (sold_at);
select throws_ok($$ select pg_temp.register('analytics.probe_seen.sold_at', true) $$, '55000', null, 'a view has no index');
select lives_ok($$ select pg_temp.register('public.probe_sales.sold_at', true) $$, 'a whole index that begins with it');
select analytics.refresh_view('probe_shops');

create function pg_temp.read() returns bigint language sql as $$
    select sum(s.seq_tup_read + coalesce(s.idx_tup_fetch, 0))::bigint from pg_stat_xact_all_tables as s
    where s.relid in ('public.probe_sales_low'::regclass, 'public.probe_sales_high'::regclass) $$;
update public.probe_sales set shop_id = 8 where id = 7;
delete from freshet.keys_of_public_probe_sales where k1 <> 7;
create temporary table before as select pg_temp.read() as n;
select analytics.refresh_view('probe_shops');
select cmp_ok(pg_temp.read() - b.n, '<', 500::bigint, 'a refresh reads one group and the newest row, none of the other 19,899') from before as b;

select * from finish();
rollback;

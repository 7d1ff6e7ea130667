begin;
select plan(5);

create table public.probe_sales (id integer primary key, shop_id integer not null, day integer not null);
create function pg_temp.register(name text, key text) returns void language plpgsql as $$
begin
    execute format('create materialized view analytics.%I as select %I, count(*) as n from public.probe_sales group by 1 with no data', name, key);
    execute format('create unique index on analytics.%I (%I)', name, key);
    perform analytics.register_view(
        view_name => name, pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour', incremental => true
    );
    perform analytics.refresh_view(name);
end $$;
select pg_temp.register('probe_shops', 'shop_id');
select pg_temp.register('probe_days', 'day');
create function pg_temp.keys() returns text language sql as $$
    select format(
        '%s | %s | %s',
        (select string_agg(k.expression, ', ' order by k.place) from analytics.source_keys as k where k.source = 'public.probe_sales'::regclass),
        (select string_agg(p.proname, ', ' order by p.proname) from pg_proc as p where p.proname ~ '^key_\d+_of_public_probe_sales$'),
        (
            select string_agg(a.attname, ', ' order by a.attnum) from pg_attribute as a
            where a.attrelid = 'freshet.keys_of_public_probe_sales'::regclass and a.attnum > 0 and not a.attisdropped
        )
    ) $$;

select is(
    pg_temp.keys(),
    'x.shop_id, x.day | key_1_of_public_probe_sales, key_2_of_public_probe_sales | txid, is_whole, k1, k2', 'two views, two keys in one log'
);
select analytics.unregister_view('probe_shops');
select is(pg_temp.keys(), 'x.day | key_2_of_public_probe_sales | txid, is_whole, k2', 'a view that goes takes its key along');
insert into public.probe_sales values (1, 7, 3), (2, 8, 3);
select analytics.refresh_view('probe_days');
select results_eq('select day, n from analytics.probe_days', 'values (3, 2::bigint)', 'the other view follows its source');
select pg_temp.register('probe_again', 'shop_id');
insert into public.probe_sales values (3, 8, 4);
select analytics.refresh_view('probe_again');
select results_eq('select shop_id, n from analytics.probe_again order by 1', 'values (7, 1::bigint), (8, 2)', 'a new view has a key of its own');
select analytics.unregister_view('probe_again'), analytics.unregister_view('probe_days');
select is(to_regclass('freshet.keys_of_public_probe_sales'), null, 'the log goes with the last view');

select * from finish();
rollback;

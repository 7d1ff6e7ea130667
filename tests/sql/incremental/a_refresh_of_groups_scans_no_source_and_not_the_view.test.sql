begin;
select plan(4);

-- Large enough that a scan would cost many times the look-ups.
create table public.probe_shops (id integer primary key, town text not null);
create table public.probe_sales (id integer primary key, shop_id integer not null, day integer not null, amount integer not null);
insert into public.probe_shops select g, 'town ' || g from generate_series(1, 2000) as g;
insert into public.probe_sales select g, g % 2000 + 1, g % 50, g from generate_series(1, 100000) as g;
create index on public.probe_sales (shop_id, day);
analyze public.probe_shops;
analyze public.probe_sales;

create materialized view analytics.probe_days as
select s.shop_id, h.town, s.day, sum(s.amount) as amount, lag(sum(s.amount)) over (partition by s.shop_id order by s.day) as amount_before
from public.probe_sales as s join public.probe_shops as h on h.id = s.shop_id group by s.shop_id, h.town, s.day with no data;
create unique index on analytics.probe_days (shop_id, day);
create materialized view analytics.probe_totals as select shop_id, max(amount) as best from analytics.probe_days group by shop_id with no data;
create unique index on analytics.probe_totals (shop_id);
create function pg_temp.register(name text) returns void language sql as $$
    select analytics.register_view(
        view_name => name, pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour', incremental => true
    ) $$;
select pg_temp.register('probe_days');
select pg_temp.register('probe_totals');
select analytics.refresh_view('probe_totals');
update public.probe_sales set amount = 0 where shop_id in (7, 70, 700);
select analytics.refresh_view('probe_days');

create function pg_temp.scanned(name text) returns text[] language plpgsql as $$
declare explained jsonb;
begin
    execute 'explain (format json) ' || (select i.groups_statement from analytics.incremental_views as i where i.view_name = name) into explained;
    return (
        select array_agg(distinct n ->> 'Relation Name')
        from jsonb_path_query(explained, 'strict $.**?(@."Node Type" == "Seq Scan")') as n
        where n ->> 'Relation Name' like 'probe\_%'
    );
end $$;

select is(pg_temp.scanned('probe_days'), null, 'groups of a join and a window are found by the indexes of the sources and of the view');
select is(pg_temp.scanned('probe_totals'), null, 'those of a view over an incremental view by its key');
drop index public.probe_sales_shop_id_day_idx;
select is(pg_temp.scanned('probe_days'), array['probe_sales'], 'without an index on the key each group would scan the source');
select is((select count(*) from freshet.keys_of_public_probe_sales where k1 in (7, 70, 700)), 3::bigint, 'three groups of 150 rows are three keys');

select * from finish();
rollback;

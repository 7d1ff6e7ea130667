begin;
select plan(7);

create table public.probe_sales (id integer primary key, shop_id integer not null, amount integer not null);
insert into public.probe_sales select g, g % 4000, g from generate_series(1, 8000) as g;
create index on public.probe_sales (shop_id);
create materialized view analytics.probe_shops as select shop_id, sum(amount) as amount from public.probe_sales group by 1 with no data;
create unique index on analytics.probe_shops (shop_id);
select analytics.register_view(
    view_name => 'probe_shops', pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour', incremental => true
);
select analytics.refresh_view('probe_shops');
-- Writes to so many groups, and says whether everything was computed for them.
create function pg_temp.is_rebuilt(groups integer) returns boolean language plpgsql as $$
declare before timestamptz := (select i.rebuilt_at from analytics.incremental_views as i where i.view_name = 'probe_shops');
begin
    delete from freshet.keys_of_public_probe_sales;
    update public.probe_sales set amount = amount + 1 where id <= groups;
    perform analytics.refresh_view('probe_shops');
    return (select i.rebuilt_at <> before from analytics.incremental_views as i where i.view_name = 'probe_shops');
end $$;
create function pg_temp.costs() returns analytics.incremental_views language sql as $$
    select i from analytics.incremental_views as i where i.view_name = 'probe_shops' $$;

update analytics.incremental_views set rebuild_ms = 2000 where view_name = 'probe_shops';
select ok(not pg_temp.is_rebuilt(1) and (pg_temp.costs()).group_ms is null, 'one group tells what a refresh costs, and not what a group does');
select cmp_ok((pg_temp.costs()).fixed_ms, '>', 0::double precision, 'whatever it touches');
-- As where one group took 30 ms: a hundred do not take three seconds.
update analytics.incremental_views set fixed_ms = 30 where view_name = 'probe_shops';
select is(pg_temp.is_rebuilt(100), false, 'a hundred groups are computed by group');
select ok((pg_temp.costs()).group_ms < 20, 'and tell what one costs');
update analytics.incremental_views set group_ms = 20, rebuild_ms = 2000 where view_name = 'probe_shops';
select is(pg_temp.is_rebuilt(100), true, 'where groups are dearer than everything, everything is computed');
select is((pg_temp.costs()).group_ms, 18::double precision, 'and the cost of a group is doubted, so that it is measured again some day');
update analytics.incremental_views set group_ms = null where view_name = 'probe_shops';
select is(pg_temp.is_rebuilt(3000), true, 'more than half of the rows are everything');

select * from finish();
rollback;

begin;
select plan(8);

create table public.probe_sales (id integer primary key, shop_id integer not null);
create materialized view public.probe_outside as select shop_id, count(*) as n from public.probe_sales group by 1;
create unique index on public.probe_outside (shop_id);
create materialized view analytics.probe_shops as select shop_id, n from public.probe_outside with no data;
create unique index on analytics.probe_shops (shop_id);
create table public.probe_towns (shop_id integer primary key);
insert into public.probe_towns values (1);
create materialized view analytics.probe_groups as select shop_id, o.n from public.probe_towns left join public.probe_outside as o using (shop_id) with no data;
create unique index on analytics.probe_groups (shop_id);
select analytics.register_view('probe_shops', 'probe', '0 0 1 1 *', '1 hour');
select analytics.register_view('probe_groups', 'probe', '0 0 1 1 *', '1 hour', incremental => true, rebuild_on => '{public.probe_outside}');
select analytics.refresh_view(n) from unnest(array['probe_shops', 'probe_groups']) as n;
create function pg_temp.message(name text) returns text language sql as $$
    select f.evidence ->> 'message' from freshet.find_source_unwatched() as f where f.subject = name $$;

select is(
    pg_temp.message('probe_shops'), 'writes are not logged: public.probe_outside is a materialized view that is not registered',
    'a materialized view that something else refreshes'
);
select is(pg_temp.message('probe_groups'), pg_temp.message('probe_shops'), 'for both forms of a view');
insert into public.probe_sales values (1, 1);
refresh materialized view concurrently public.probe_outside;
select analytics.refresh_view(n) from unnest(array['probe_shops', 'probe_groups']) as n;
select results_eq('table analytics.probe_shops', 'table public.probe_outside', 'its refresh is followed');
select results_eq('table analytics.probe_groups', 'table public.probe_outside', 'by both');
select is(
    (select string_agg(distinct (analytics.refresh_view(n)).outcome, ' ') from unnest(array['probe_shops', 'probe_groups']) as n), 'refreshed',
    'each time, since nothing says that it has not changed'
);

-- Once it is registered its own refresh is the change.
create materialized view analytics.probe_inside as select shop_id, count(*) as n from public.probe_sales group by 1 with no data;
create unique index on analytics.probe_inside (shop_id);
create materialized view analytics.probe_over as select shop_id, n from analytics.probe_inside with no data;
create unique index on analytics.probe_over (shop_id);
select analytics.register_view('probe_over', 'probe', '0 0 1 1 *', '1 hour');
select isnt(pg_temp.message('probe_over'), null, 'one that is registered later');
select analytics.register_view('probe_inside', 'probe', '0 0 1 1 *', '1 hour');
select is(pg_temp.message('probe_over'), null, 'is no fault from then on');
savepoint before;
select analytics.refresh_view(n) from unnest(array['probe_inside', 'probe_over', 'probe_over']) as n;
select analytics.unregister_view('probe_inside');
delete from analytics.source_changes;
release before;
select is((analytics.refresh_view('probe_over')).outcome, 'refreshed', 'and is one when it is unregistered');

select * from finish();
rollback;

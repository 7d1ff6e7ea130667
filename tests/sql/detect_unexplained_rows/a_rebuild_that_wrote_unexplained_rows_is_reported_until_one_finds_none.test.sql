begin;
select plan(4);

create table public.probe_sales (id integer primary key, shop_id integer not null);
insert into public.probe_sales select g, g % 3 from generate_series(1, 30) as g;
create materialized view analytics.probe_shops as select shop_id, count(*) as n from public.probe_sales group by 1 with no data;
create unique index on analytics.probe_shops (shop_id);
select analytics.register_view(
    view_name => 'probe_shops', pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour', incremental => true
);
select analytics.refresh_view('probe_shops');
create function pg_temp.message() returns text language sql as $$
    select f.evidence ->> 'message' from freshet.find_unexplained_rows() as f where f.subject = 'probe_shops' $$;
create function pg_temp.rebuild() returns text language sql as $$
    update analytics.incremental_views set rebuilt_at = null where view_name = 'probe_shops';
    select (analytics.refresh_view('probe_shops', 'manual')).outcome $$;

select pg_temp.rebuild();
select is(pg_temp.message(), null, 'a rebuild that finds nothing');
alter table public.probe_sales disable trigger user;
delete from public.probe_sales where shop_id in (1, 2) and id > 10;
alter table public.probe_sales enable always trigger freshet_log_insert, enable always trigger freshet_log_update,
    enable always trigger freshet_log_delete, enable always trigger freshet_log_truncate,
    enable always trigger freshet_note_source_change;
select is(pg_temp.rebuild(), 'refreshed', 'the next rebuild is a real one, though no change is logged');
select is(pg_temp.message(), '2 rows differed from the query, and no logged change explains them', 'and finds what was not logged');
select pg_temp.rebuild();
select is(pg_temp.message(), null, 'it is over with the rebuild that finds nothing');

select * from finish();
rollback;

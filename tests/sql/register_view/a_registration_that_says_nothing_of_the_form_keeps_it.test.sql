begin;
select plan(13);

create table public.probe_shops (id integer primary key, town text not null);
create table public.probe_sales (id integer primary key, shop_id integer not null, note text);
create table public.probe_remarks (id integer primary key, remark text);
insert into public.probe_sales select g, g % 3 from generate_series(1, 30) as g;
create function pg_temp.make() returns void language plpgsql as $$
begin
    create materialized view analytics.mv_probe as
    select s.id, s.shop_id, (select h.town from public.probe_shops as h where h.id = s.shop_id) as town, r.remark
    from public.probe_sales as s left join public.probe_remarks as r on r.id = s.id with no data;
    create unique index mv_probe_key on analytics.mv_probe (id);
end $$;
create function pg_temp.form() returns text language sql as $$
    select format('%s by %s, on %s, every %s', c.relkind, i.group_key, i.rebuild_on, v.schedule)
    from analytics.views as v
    join pg_class as c on c.oid = to_regclass('analytics.mv_probe')
    left join analytics.incremental_views as i on i.view_name = v.view_name
    where v.view_name = 'mv_probe' $$;

select pg_temp.make();
select analytics.register_view('mv_probe', 'probe', '1 * * * *', '2 hours');
select is(pg_temp.form(), 'm by , on , every 1 * * * *', 'at first a view is a materialized one');
select throws_ok(
    $$ select analytics.register_view('mv_probe', 'probe', '1 * * * *', '2 hours', rebuild_on => '{public.probe_shops}') $$, '22023',
    'cannot register "mv_probe": incremental_by and rebuild_on need incremental => true', 'of which groups mean nothing'
);
select analytics.register_view(
    'mv_probe', 'probe', '2 * * * *', '2 hours', incremental => true, incremental_by => '{id, shop_id}', rebuild_on => '{public.probe_shops}'
);
select is(pg_temp.form(), 'r by {id,shop_id}, on {probe_shops}, every 2 * * * *', 'true makes it incremental');
select analytics.refresh_view('mv_probe');

select analytics.register_view('mv_probe', 'probe', '3 * * * *', '2 hours');
select is(pg_temp.form(), 'r by {id,shop_id}, on {probe_shops}, every 3 * * * *', 'a later migration that changes the schedule changes nothing else');
select is((select count(*) from analytics.mv_probe), 30::bigint, 'nor the rows');
update public.probe_sales set shop_id = 7 where id = 4;
select analytics.refresh_view('mv_probe');
select is((select shop_id from analytics.mv_probe where id = 4), 7, 'and the view follows its sources');
select analytics.register_view('mv_probe', 'probe', '3 * * * *', '2 hours', rebuild_on => '{public.probe_shops, public.probe_remarks}');
select is(pg_temp.form(), 'r by {id,shop_id}, on {probe_shops,probe_remarks}, every 3 * * * *', 'what it says is changed');
select analytics.register_view('mv_probe', 'probe', '3 * * * *', '2 hours', incremental => true, rebuild_on => '{public.probe_shops}');
select is(pg_temp.form(), 'r by {id}, on {probe_shops}, every 3 * * * *', 'true says all of it: groups are those of the key where it names none');

-- A migration that makes the view of that name again.
drop table analytics.mv_probe;
select pg_temp.make();
select analytics.register_view('mv_probe', 'probe', '4 * * * *', '2 hours');
select is(pg_temp.form(), 'r by {id}, on {probe_shops}, every 4 * * * *', 'a view that was made again is incremental as before');
select is((analytics.refresh_view('mv_probe')).changed_count, 30::bigint, 'and is filled');
select is((select shop_id from analytics.mv_probe where id = 4), 7, 'by its new query');

select analytics.register_view('mv_probe', 'probe', '5 * * * *', '2 hours', incremental => false);
select is(pg_temp.form(), 'm by , on , every 5 * * * *', 'false turns it back');
select is((select count(*) from analytics.mv_probe), 30::bigint, 'with its rows');

select * from finish();
rollback;

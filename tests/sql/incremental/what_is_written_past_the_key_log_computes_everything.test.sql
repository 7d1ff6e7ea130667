begin;
select plan(13);

create table public.probe_sales (id integer not null, shop_id integer not null, primary key (id, shop_id)) partition by range (shop_id);
create table public.probe_sales_low partition of public.probe_sales for values from (0) to (10);
insert into public.probe_sales select g, g % 5 from generate_series(1, 20) as g;
create materialized view analytics.probe_shops as select shop_id, count(*) as n from public.probe_sales group by 1 with no data;
create unique index on analytics.probe_shops (shop_id);
select analytics.register_view(
    view_name => 'probe_shops', pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour', incremental => true
);
select analytics.refresh_view('probe_shops');
create function pg_temp.differing() returns bigint language plpgsql as $$
begin
    perform analytics.refresh_view('probe_shops');
    return (select count(*) from ((table analytics.probe_shops except table freshet.definition_of_probe_shops)
        union all (table freshet.definition_of_probe_shops except table analytics.probe_shops)) as d);
end $$;

insert into public.probe_sales_low values (21, 1);
select is(pg_temp.differing(), 0::bigint, 'a write to a partition by its own name');
create table public.probe_sales_high partition of public.probe_sales for values from (10) to (20);
insert into public.probe_sales_high values (22, 11);
select is(pg_temp.differing(), 0::bigint, 'a write to a partition that is new');
select freshet.watch_sources();
insert into public.probe_sales_high values (23, 12);
select is(pg_temp.differing(), 0::bigint, 'and to one that is watched by now');
alter table public.probe_sales detach partition public.probe_sales_high;
select is(pg_temp.differing(), 0::bigint, 'a partition that was detached');
select freshet.watch_sources();

-- All is well again when the view is refreshed. Each savepoint has a transaction number of its own.
create function pg_temp.forget() returns void language sql as $$
    delete from freshet.keys_of_public_probe_sales;
    delete from analytics.source_changes where source = 'public.probe_sales'::regclass
$$;
savepoint import;
alter table public.probe_sales disable trigger user;
insert into public.probe_sales values (26, 4);
release import;
savepoint after_import;
alter table public.probe_sales enable always trigger freshet_log_insert;
alter table public.probe_sales enable always trigger freshet_log_update;
alter table public.probe_sales enable always trigger freshet_log_delete;
alter table public.probe_sales enable always trigger freshet_log_truncate;
alter table public.probe_sales enable always trigger freshet_note_source_change;
release after_import;
select is_empty($$ select * from freshet.watch_gaps() as g where g.source = 'public.probe_sales'::regclass $$, 'after an import without triggers nothing is open');
select pg_temp.forget();
select is(pg_temp.differing(), 0::bigint, 'but what it wrote is not lost');
savepoint away;
alter table public.probe_sales detach partition public.probe_sales_low;
insert into public.probe_sales_low values (27, 5);
alter table public.probe_sales attach partition public.probe_sales_low for values from (0) to (10);
release away;
select pg_temp.forget();
select is(pg_temp.differing(), 0::bigint, 'nor what a partition took that was away for a while');
select pg_temp.forget();
select is((analytics.refresh_view('probe_shops')).outcome, 'skipped_clean', 'and each is told once');

alter table public.probe_sales disable trigger freshet_log_insert;
insert into public.probe_sales values (24, 2);
select is(pg_temp.differing(), 0::bigint, 'a write while the trigger of the keys is disabled');
insert into public.probe_sales values (25, 3);
select freshet.watch_sources();
select is(
    (select t.tgenabled from pg_trigger as t where t.tgrelid = 'public.probe_sales'::regclass and t.tgname = 'freshet_log_insert'),
    'A'::"char", 'it is enabled again by the next look'
);
select is(pg_temp.differing(), 0::bigint, 'and what was written before that is not lost');
select is_empty($$ select * from freshet.watch_gaps() as g where g.source = 'public.probe_sales'::regclass $$, 'then nothing is open');
select is(
    (select i.unexplained_count from analytics.incremental_views as i where i.view_name = 'probe_shops'), 0::bigint,
    'none of this is told as unexplained'
);

select * from finish();
rollback;

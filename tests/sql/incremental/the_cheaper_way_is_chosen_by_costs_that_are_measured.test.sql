begin;
select plan(24);

create table public.probe_sales (id integer primary key, shop_id integer not null);
insert into public.probe_sales select g, g % 10 from generate_series(1, 50) as g;
create materialized view analytics.probe_shops as select shop_id, count(*) as n from public.probe_sales group by 1 with no data;
create unique index on analytics.probe_shops (shop_id);
select analytics.register_view(
    view_name => 'probe_shops', pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour', incremental => true
);
select analytics.refresh_view('probe_shops');

create function pg_temp.costs(group_ms double precision, rebuild_ms double precision, slow_run_count integer default 0) returns void language sql as $$
    update analytics.incremental_views as v
    set group_ms = costs.group_ms, rebuild_ms = costs.rebuild_ms, slow_run_count = costs.slow_run_count where view_name = 'probe_shops' $$;
create function pg_temp.is_dearer(groups bigint) returns boolean language sql as $$
    select freshet.are_groups_dearer(v, groups, 100000) from analytics.incremental_views as v where view_name = 'probe_shops' $$;

-- The choice.
select pg_temp.costs(null, 10000);
select is(array[pg_temp.is_dearer(50000), pg_temp.is_dearer(50001)], array[false, true], 'groups are tried where nothing is known of them, unless they are more than half of the rows');
select pg_temp.costs(10, 10000);
select is(array[pg_temp.is_dearer(800), pg_temp.is_dearer(801)], array[false, true], 'up to 80 % of the time of computing everything');
select pg_temp.costs(10, 50);
select is(array[pg_temp.is_dearer(100), pg_temp.is_dearer(101)], array[false, true], 'and for a second in any case');

-- A refresh that was cut off is rolled back with all that it measured.
create function pg_temp.cut_off(state text default '57014') returns void language sql as $$
    insert into analytics.refresh_log (view_name, requested_by, started_at, outcome, sqlstate)
    values ('probe_shops', 'schedule', now(), 'failed', state) $$;
select pg_temp.costs(10, 10000);
select pg_temp.cut_off('22012');
select is(pg_temp.is_dearer(10), false, 'another failure says nothing of the costs');
select pg_temp.cut_off();
select is(array[pg_temp.is_dearer(10), pg_temp.is_dearer(801)], array[true, false], 'after a time limit the other way is taken');
insert into analytics.refresh_log (view_name, requested_by, started_at, outcome) values ('probe_shops', 'schedule', now(), 'skipped_busy');
select is(pg_temp.is_dearer(10), true, 'though another refresh was running meanwhile');
select pg_temp.cut_off();
select is(array[pg_temp.is_dearer(10), pg_temp.is_dearer(801)], array[false, true], 'after the next one the first way again');
select pg_temp.cut_off();
insert into analytics.refresh_log (view_name, requested_by, started_at, outcome) values ('probe_shops', 'schedule', now(), 'refreshed');
select is(pg_temp.is_dearer(10), false, 'a refresh that ended is no reason any more');

-- What a refresh teaches.
create function pg_temp.learn(groups bigint, ms double precision, is_rebuild boolean default false, is_dearer boolean default false)
returns numeric language sql as $$
    select freshet.note_group_costs('probe_shops', is_rebuild, is_dearer, groups, ms);
    select round(v.group_ms::numeric, 2) from analytics.incremental_views as v where view_name = 'probe_shops' $$;
create function pg_temp.slow_runs() returns integer language sql as $$
    select v.slow_run_count from analytics.incremental_views as v where view_name = 'probe_shops' $$;
select pg_temp.costs(null, null);
select is(pg_temp.learn(1, 45), 1.45, 'a first refresh of one group measures mostly the planning of its statement');
select is(pg_temp.learn(1, 45), 1.45, 'and so do all that follow');
select is(pg_temp.learn(970, 97), 0.14, 'one of a thousand groups measures the groups');
select pg_temp.costs(10, 20000);
select is(pg_temp.learn(70, 7000), 73.00, 'groups that have become dear');
select is(pg_temp.learn(70, 700), 28.90, 'and cheap again');
select is(pg_temp.learn(0, 5000), 28.90, 'a refresh without a group teaches nothing');
select pg_temp.learn(5, 3000, true);
select is(
    (select format('%s %s', v.group_ms::numeric(8, 2), v.rebuild_ms) from analytics.incremental_views as v where view_name = 'probe_shops'),
    '28.90 11500', 'computing everything teaches what that costs'
);
select is(pg_temp.learn(900, 3000, true, true), 28.03, 'while groups are too dear to be tried, what is believed of them sinks');

-- How often in a row the groups were the dearer way.
select pg_temp.costs(10, 2000);
select pg_temp.learn(100, 2001), pg_temp.learn(900, 2000, true, true), pg_temp.learn(5, 9000, true);
select is(pg_temp.slow_runs(), 2, 'by their time or by what was expected; the rebuild that was due is neither');
select pg_temp.learn(100, 900);
select is(pg_temp.slow_runs(), 0, 'until they are cheaper');

-- And all of it together.
create function pg_temp.refresh() returns text language sql as $$
    select case when l.unexplained_count is null then 'groups' else 'everything' end from analytics.refresh_view('probe_shops') as l $$;
update public.probe_sales set id = -id where id in (1, 2);
select pg_temp.costs(400, 1);
select is(pg_temp.refresh(), 'groups', 'two groups at 400 ms');
select pg_temp.costs(2000, 1);
select is(pg_temp.refresh(), 'everything', 'two groups at 2 s, which would be more than a second');
select is(pg_temp.slow_runs(), 1, 'is noted');
-- 2 × 2000 × 0.97^46 is the first below 1000.
create temporary table ways as select n, pg_temp.refresh() as way from generate_series(2, 60) as n;
select is((select min(n) from ways where way = 'groups'), 47, 'a cost that was too high does not stay for ever');
select is((select count(*) from ways where n > 47 and way = 'groups'), 13::bigint, 'once groups were tried, their real cost is known');
select is(pg_temp.slow_runs(), 0, 'and nothing is noted any more');

select * from finish();
rollback;

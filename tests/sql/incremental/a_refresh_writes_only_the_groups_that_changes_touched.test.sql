begin;
select plan(30);

create table public.shops (id integer primary key, title text not null);
create table public.sales (id integer primary key, shop_id integer, sold_at timestamptz not null, amount numeric, note text);
create index on public.sales (shop_id, sold_at);
insert into public.shops select g, 'shop ' || g from generate_series(1, 20) as g;
insert into public.sales select g, g % 20 + 1, '2026-01-01 00:00+00'::timestamptz + g * interval '1 hour', g % 7 from generate_series(1, 2000) as g;

-- A window over the days of a shop: a change dirties all days of its shop.
create materialized view analytics.shop_days as
select
    s.shop_id, h.title, (s.sold_at at time zone 'UTC')::date as sold_on, count(*) as sales_count, sum(s.amount) as amount,
    lag(sum(s.amount)) over (partition by s.shop_id order by (s.sold_at at time zone 'UTC')::date) as amount_before
from public.sales as s join public.shops as h on h.id = s.shop_id
group by s.shop_id, h.title, (s.sold_at at time zone 'UTC')::date
with no data;
create unique index shop_days_key on analytics.shop_days (shop_id, sold_on);
comment on materialized view analytics.shop_days is 'Sales by shop and day.';
comment on column analytics.shop_days.amount is 'In euros.';

create materialized view analytics.shop_totals as
select d.shop_id, max(d.amount) as best_amount, count(*) as days_count from analytics.shop_days as d group by d.shop_id with no data;
create unique index shop_totals_key on analytics.shop_totals (shop_id);

select analytics.register_view(
    view_name => 'shop_days', pack => 'core', schedule => '0 * * * *', stale_after => '2 hours', incremental => true
);
select analytics.register_view(
    view_name => 'shop_totals', pack => 'core', schedule => '5 * * * *', stale_after => '2 hours', incremental => true
);
-- The statistics of a view of a thousand rows would choose a rebuild by its measured cost on a slow machine.
create function pg_temp.refresh(name text) returns text language sql as $$ select (analytics.refresh_view(name, 'manual')).outcome $$;
create function pg_temp.differing(name text) returns bigint language plpgsql as $$
declare n bigint;
begin
    execute format('select count(*) from ((select * from analytics.%1$I except all select * from freshet.definition_of_%1$I) union all '
        '(select * from freshet.definition_of_%1$I except all select * from analytics.%1$I)) as d', name) into n;
    return n;
end $$;
-- Where the rows lie says which of them were written.
create temporary table marked (place tid, shop_id integer, sold_on date);
create function pg_temp.mark() returns void language sql as $$
    delete from marked;
    insert into marked select d.ctid, d.shop_id, d.sold_on from analytics.shop_days as d $$;
create function pg_temp.written() returns integer[] language sql as $$
    select array_agg(distinct coalesce(d.shop_id, m.shop_id) order by coalesce(d.shop_id, m.shop_id))
    from analytics.shop_days as d full join pg_temp.marked as m on m.shop_id = d.shop_id and m.sold_on = d.sold_on
    where m.place is distinct from d.ctid $$;

select set_eq(
    $$ select m.source::regclass::text, m.key_column::text, k.expression from analytics.view_mappings as m
       left join analytics.source_keys as k on k.source = m.source and k.place = m.place where m.view_name = 'shop_days' $$,
    $$ values ('sales', 'shop_id', 'x.shop_id'), ('sales', 'sold_on', null), ('shops', 'shop_id', 'x.id'), ('shops', 'sold_on', null) $$,
    'a source row touches the groups that the planner proves, and any day behind a window'
);
select is(
    (select obj_description('analytics.shop_days'::regclass) || ' ' || col_description('analytics.shop_days'::regclass, 5)),
    'Sales by shop and day. In euros.', 'comments are kept'
);
select is((freshet.view_state(v) ->> 'populated')::boolean, false, 'a table that was never filled is not served')
from analytics.views as v where v.view_name = 'shop_days';
select is(pg_temp.refresh('shop_totals'), 'refreshed', 'a view over one that was never filled is refreshed');
select is((freshet.view_state(v) ->> 'populated')::boolean, true, 'its source came first')
from analytics.views as v where v.view_name = 'shop_days';
select is(pg_temp.differing('shop_days') + pg_temp.differing('shop_totals'), 0::bigint, 'the first fill has all rows');

-- Within one transaction its own writes count as still to come, so a second look is never clean: the rows must not move.
select pg_temp.mark();
select pg_temp.refresh('shop_days');
select is(pg_temp.written(), null, 'a refresh that finds nothing different writes no row');
select is(v.version, 1::bigint, 'nor a version') from analytics.views as v where v.view_name = 'shop_days';

update public.sales set amount = 100 where id = 40;
select pg_temp.refresh('shop_days');
select is(pg_temp.written(), array[1], 'a changed row: its group alone');
select is(v.version, 2::bigint, 'and the version moves by one') from analytics.views as v where v.view_name = 'shop_days';
select is(pg_temp.differing('shop_days'), 0::bigint, 'the rows are those of the query');

select pg_temp.mark();
update public.sales set shop_id = 3 where id = 41;
select pg_temp.refresh('shop_days');
select is(pg_temp.written(), array[2, 3], 'a row that changes its group: both');
select pg_temp.mark();
delete from public.sales where shop_id = 20;
select pg_temp.refresh('shop_days');
select is(pg_temp.written(), array[20], 'an emptied group');
select is(v.row_count, (select count(*) from analytics.shop_days), 'the rows are counted by what came and went')
from analytics.views as v where v.view_name = 'shop_days';
select pg_temp.mark();
update public.shops set title = 'renamed' where id = 5;
select pg_temp.refresh('shop_days');
select is(pg_temp.written(), array[5], 'a row of the joined table');
select pg_temp.mark();
insert into public.sales (id, shop_id, sold_at, amount) values (1, 1, now(), 1) on conflict (id) do nothing;
update public.sales set note = 'unread' where shop_id = 7;
select pg_temp.refresh('shop_days');
select is(pg_temp.written(), null, 'a column that the query does not read');
insert into public.sales (id, shop_id, sold_at, amount) values (5000, null, now(), 1), (5001, 99, now(), 1);
select pg_temp.refresh('shop_days');
select is(pg_temp.written(), null, 'a row without a group, and one of no shop');
select is(pg_temp.differing('shop_days'), 0::bigint, 'all of these were exact');

select pg_temp.refresh('shop_totals');
select is(pg_temp.differing('shop_totals'), 0::bigint, 'a view over an incremental view follows its changed rows');
select ok(
    (select not l.is_whole and l.k1 is not null from freshet.keys_of_analytics_shop_days as l limit 1),
    'by their keys'
);

-- What a fold takes out of the log is not lost for a view that has not seen it.
update public.sales set amount = amount + 1 where id in (45, 46);
select freshet.trim_source_changes('public.sales'::regclass);
select pg_temp.refresh('shop_days');
select is(pg_temp.differing('shop_days'), 0::bigint, 'a change before a fold');
insert into analytics.dirty_groups (view_name, group_key) values ('shop_days', '{"shop_id": 8}'), ('shop_days', '{}');
select pg_temp.refresh('shop_days');
select is((select count(*) from analytics.dirty_groups), 0::bigint, 'what was put aside is taken by the refresh that includes it');

-- A write that fires no trigger.
select is(
    (select string_agg(t.tgname || ' ' || t.tgenabled::text, ', ' order by t.tgname) from pg_trigger as t where t.tgrelid = 'public.sales'::regclass),
    'freshet_log_delete A, freshet_log_insert A, freshet_log_truncate A, freshet_log_update A, freshet_note_source_change A',
    'the triggers fire for a replication role too'
);
alter table public.sales disable trigger user;
update public.sales set amount = amount + 1000 where id in (65, 85, 102);
alter table public.sales enable always trigger freshet_log_insert, enable always trigger freshet_log_update,
    enable always trigger freshet_log_delete, enable always trigger freshet_log_truncate,
    enable always trigger freshet_note_source_change;
update analytics.incremental_views set rebuilt_at = '2000-01-01' where view_name = 'shop_days';
delete from freshet.keys_of_public_sales;
delete from freshet.keys_of_public_shops;
select is(pg_temp.differing('shop_days') > 0, true, 'a write with the triggers disabled is not');
create temporary table gap as select pg_temp.differing('shop_days') / 2 as n;
select pg_temp.refresh('shop_days');
select is(pg_temp.differing('shop_days'), 0::bigint, 'the next rebuild mends it');
select is(i.unexplained_count, (select n from gap), 'and counts each row that no logged change explains')
from analytics.incremental_views as i where i.view_name = 'shop_days';

truncate public.sales;
select pg_temp.refresh('shop_days');
select is((select count(*) from analytics.shop_days), 0::bigint, 'a truncated source');

-- Writers go on when their table changes.
alter table public.sales rename column shop_id to store_id;
alter table public.sales add column extra integer default 1;
alter table public.sales drop column note;
alter table public.sales rename to sales_of_shops;
insert into public.sales_of_shops (id, store_id, sold_at, amount) values (1, 4, '2026-03-01 00:00+00', 1);
select pg_temp.refresh('shop_days');
select is((select array_agg(shop_id) from analytics.shop_days), array[4], 'renamed, added and dropped columns, and a renamed table');
update public.sales_of_shops set amount = 2;
select analytics.register_view(
    view_name => 'shop_days', pack => 'core', schedule => '0 * * * *', stale_after => '2 hours', incremental => true
);
select pg_temp.refresh('shop_days');
select is(pg_temp.differing('shop_days'), 0::bigint, 'registered again after all that');
select throws_ok(
    $$ alter table public.sales_of_shops drop column store_id $$, '2BP01', null, 'a column that tells groups apart cannot be dropped'
);

select * from finish();
rollback;

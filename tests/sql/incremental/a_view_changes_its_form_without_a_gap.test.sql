begin;
select plan(19);

create table public.shops (id integer primary key, town text not null);
create table public.sales (id integer primary key, shop_id integer not null, amount numeric not null);
insert into public.shops select g, 'town ' || g from generate_series(1, 5) as g;
insert into public.sales select g, g % 5 + 1, g from generate_series(1, 100) as g;
create materialized view analytics.shop_sums as
select s.shop_id, h.town, sum(s.amount) as amount from public.sales as s join public.shops as h on h.id = s.shop_id group by 1, 2 with no data;
create unique index shop_sums_key on analytics.shop_sums (shop_id);
create index shop_sums_amount_idx on analytics.shop_sums (amount);
create role shop_reader;
create view analytics.named_sums with (security_invoker = on) as select * from analytics.shop_sums;
grant select on analytics.named_sums to shop_reader;
grant usage on schema analytics to shop_reader;
grant shop_reader to current_user;
create function pg_temp.seen_by_reader() returns bigint language plpgsql as $$
declare n bigint;
begin
    perform set_config('role', 'shop_reader', true);
    n := (select count(*) from analytics.named_sums) + (select count(*) from analytics.shop_sums);
    perform set_config('role', 'none', true);
    return n;
end $$;
create materialized view analytics.town_sums as select town, sum(amount) as amount from analytics.shop_sums group by 1 with no data;
create unique index town_sums_key on analytics.town_sums (town);

create function pg_temp.register(name text, incremental boolean) returns void language sql as $$
    select analytics.register_view(view_name => name, pack => 'core', schedule => '0 * * * *', stale_after => '2 hours', incremental => incremental) $$;
select pg_temp.register('shop_sums', false);
select pg_temp.register('town_sums', false);
grant select on analytics.shop_sums to shop_reader;
select analytics.refresh_view('town_sums');
create temporary table before as select * from analytics.views where view_name in ('shop_sums', 'town_sums');
create temporary table rows_before as select * from analytics.shop_sums;
select is(pg_temp.seen_by_reader(), 10::bigint, 'a role with the privilege reads the view, and a plain view over it');

select pg_temp.register('shop_sums', true);
select is((select relkind::text from pg_class where oid = 'analytics.shop_sums'::regclass), 'r', 'the view is a table now');
select set_eq('select * from analytics.shop_sums', 'select * from rows_before', 'with the rows that it had, before any refresh');
select is(v.version, b.version, 'and their version') from analytics.views as v join before as b using (view_name) where v.view_name = 'shop_sums';
select is(v.refreshed_at, b.refreshed_at, 'and age') from analytics.views as v join before as b using (view_name) where v.view_name = 'shop_sums';
select set_eq(
    $$ select c.relname::text from pg_index as i join pg_class as c on c.oid = i.indexrelid where i.indrelid = 'analytics.shop_sums'::regclass $$,
    array['shop_sums_key', 'shop_sums_amount_idx'], 'and indexes'
);
select is(
    array[has_table_privilege('shop_reader', 'analytics.shop_sums', 'select'), has_table_privilege('shop_reader', 'analytics.named_sums', 'select')],
    array[true, true], 'and privileges, as the view that reads it'
);
select is(pg_temp.seen_by_reader(), 10::bigint, 'which is enough to read all rows, as before');
select set_eq('select * from analytics.named_sums', 'select * from rows_before', 'a plain view that reads it has the same rows');
select is((select sum(amount) from analytics.town_sums), 5050::numeric, 'and a materialized view is filled');
select is(v.version, b.version + 1, 'under a new version') from analytics.views as v join before as b using (view_name) where v.view_name = 'town_sums';
select is((select count(*) from pg_class where relname like 'freshet\_before%'), 0::bigint, 'nothing is left of the old ones');
select set_eq(
    $$ select source from analytics.view_sources where view_name = 'town_sums' $$, $$ select 'analytics.shop_sums'::regclass $$,
    'what the registry knows is the new relation'
);

update public.sales set amount = amount + 1 where id = 1;
select analytics.refresh_view('shop_sums');
select is((analytics.refresh_view('town_sums')).outcome, 'refreshed', 'a materialized view follows an incremental one');
select is((select sum(amount) from analytics.town_sums), 5051::numeric, 'with its rows');

-- A type that both views show.
select analytics.change_table('public.sales', 'alter table public.sales alter column amount type numeric(12, 2)');
select is(
    (select relkind::text from pg_class where oid = 'analytics.shop_sums'::regclass), 'r', 'a changed table: the view is incremental as before'
);
update public.sales set amount = amount + 1 where id = 2;
select analytics.refresh_view('shop_sums');
select set_eq('select * from analytics.shop_sums', 'select * from freshet.definition_of_shop_sums', 'and follows its sources');

select pg_temp.register('shop_sums', false);
select is(
    (select format('%s %s', relkind, relispopulated) from pg_class where oid = 'analytics.shop_sums'::regclass), 'm t',
    'the way back is a materialized view with rows'
);
select is_empty(
    $$ select relname from pg_class where relnamespace = 'freshet'::regnamespace and relname ~ 'shop_sums|public_sales|public_shops'
       union all select proname from pg_proc where pronamespace = 'freshet'::regnamespace and proname ~ 'public_sales|public_shops'
       union all select tgname from pg_trigger where tgrelid in ('public.sales'::regclass, 'public.shops'::regclass) and tgname like 'freshet_log%' $$,
    'and nothing logs keys any more'
);

select * from finish();
rollback;

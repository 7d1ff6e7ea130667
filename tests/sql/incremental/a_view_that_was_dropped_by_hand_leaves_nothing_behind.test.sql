begin;
select plan(9);

create function pg_temp.make(type text) returns void language plpgsql as $body$
begin
    execute format('create table public.probe_sales (id integer generated always as identity primary key, shop %s not null)', type);
    insert into public.probe_sales (shop) values ('1');
    create materialized view analytics.probe_shops as select shop, count(*) as n from public.probe_sales group by 1 with no data;
    create unique index on analytics.probe_shops (shop);
    perform analytics.register_view('probe_shops', 'probe', '0 0 1 1 *', '1 hour', incremental => true);
    perform analytics.refresh_view('probe_shops');
end $body$;
create function pg_temp.leftovers() returns text[] language sql as $$
    select array(select p.proname::text from pg_proc as p where p.proname like '%public_probe_sales')
        || array(select c.relname::text from pg_class as c where c.relname in ('keys_of_public_probe_sales', 'definition_of_probe_shops'))
        || array(select k.source_name from analytics.source_keys as k where k.source_name = 'public_probe_sales')
$$;

select pg_temp.make('integer');
drop table analytics.probe_shops;
select lives_ok($$ select analytics.unregister_view('probe_shops') $$, 'a view that was dropped is unregistered');
select is(pg_temp.leftovers(), '{}', 'with all that was made for it');
select lives_ok($$ insert into public.probe_sales (shop) values (2) $$, 'and its source is written to');
drop table public.probe_sales;

select pg_temp.make('integer');
drop table public.probe_sales cascade;
update analytics.incremental_views set rebuilt_at = '2026-01-01' where view_name = 'probe_shops';
select throws_like($$ select analytics.refresh_view('probe_shops') $$, '%does not exist', 'without its source a view is not computed');
select lives_ok($$ select analytics.unregister_view('probe_shops') $$, 'and can be unregistered');
select is(pg_temp.leftovers(), '{}', 'with all that was made for the source');
drop table analytics.probe_shops;

-- Or it stays registered, and the table comes back with another type.
select pg_temp.make('integer');
drop table public.probe_sales cascade;
drop table analytics.probe_shops;
select lives_ok($$ select pg_temp.make('text') $$, 'a source and a view that come back under their names are registered');
insert into public.probe_sales (shop) values ('two');
select analytics.refresh_view('probe_shops');
select results_eq('table analytics.probe_shops order by shop', $$ values ('1'::text, 1::bigint), ('two', 1) $$, 'and followed');
select is((select count(*) from analytics.source_keys as k where k.source_name = 'public_probe_sales'), 1::bigint, 'with one key');

select * from finish();
rollback;

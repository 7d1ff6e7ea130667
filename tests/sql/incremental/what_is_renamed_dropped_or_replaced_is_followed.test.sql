begin;
select plan(22);

create function pg_temp.register(name text, query text, keys text) returns void language plpgsql as $$
begin
    execute format('create materialized view analytics.%I as %s with no data', name, query);
    execute format('create unique index on analytics.%I (%s)', name, keys);
    perform analytics.register_view(name, 'probe', '0 0 1 1 *', '1 hour', incremental => true);
    perform analytics.refresh_view(name);
end $$;
-- Rows that the view lacks or has too many, after a refresh.
create function pg_temp.differing(name text) returns bigint language plpgsql as $$
declare found bigint;
begin
    perform analytics.refresh_view(name);
    execute format(
        'select count(*) from ((select v::text from analytics.%1$I as v except all select d::text from freshet.definition_of_%1$s as d) '
        'union all (select d::text from freshet.definition_of_%1$s as d except all select v::text from analytics.%1$I as v)) as x', name
    ) into found;
    return found;
end $$;

-- A new table under the name of an old one, and names that are one when they are joined.
create table public.probe_sales (id integer primary key, shop integer not null, day integer not null);
insert into public.probe_sales select g, g % 5, g % 3 from generate_series(1, 20) as g;
select pg_temp.register('probe_old', 'select shop, day, count(*) as n from public.probe_sales group by 1, 2', 'shop, day');
alter table public.probe_sales rename to probe_sales_old;
create table public.probe_sales (id integer primary key, shop text not null);
select pg_temp.register('probe_new', 'select shop, count(*) as n from public.probe_sales group by 1', 'shop');
create schema public_probe;
create table public_probe.sales (shop uuid not null);
select pg_temp.register('probe_other', 'select shop, count(*) as n from public_probe.sales group by 1', 'shop');
select lives_ok($$ insert into public.probe_sales_old values (21, 1, 1) $$, 'a table that left its name to another is written to');
select lives_ok($$ insert into public.probe_sales values (1, 'one') $$, 'and so is the other');
select lives_ok($$ insert into public_probe.sales values (gen_random_uuid()) $$, 'and one of which schema and name read the same');
select is(pg_temp.differing('probe_old'), 0::bigint, 'the view over the first follows');
select is(pg_temp.differing('probe_new'), 0::bigint, 'the view over the second follows');
select is(pg_temp.differing('probe_other'), 0::bigint, 'the view over the third follows');

-- A column takes the name of a key.
create table public.probe_moves (id integer primary key, shop integer not null, town integer not null, note integer);
insert into public.probe_moves select g, g % 5, g % 3 from generate_series(1, 20) as g;
select pg_temp.register('probe_shops', 'select shop, count(*) as n from public.probe_moves group by 1', 'shop');
alter table public.probe_moves rename shop to shop_before;
alter table public.probe_moves rename town to shop;
select pg_temp.register('probe_towns', 'select shop, count(*) as n from public.probe_moves group by 1', 'shop');
insert into public.probe_moves values (21, 0, 77);
select is(pg_temp.differing('probe_shops'), 0::bigint, 'the key of a renamed column is what it was');
select is(pg_temp.differing('probe_towns'), 0::bigint, 'and not that of the column which has the name now');
select is((select count(*) from analytics.source_keys as k where k.source = 'public.probe_moves'::regclass and k.expression like 'key %'), 0::bigint,
    'each key has the text that means it');

-- The column of a key goes, with the query of its view.
set local client_min_messages = 'warning';
alter table public.probe_moves drop column shop cascade;
select lives_ok($$ insert into public.probe_moves values (22, 3) $$, 'a table is written to after the column of a key was dropped');
select lives_ok($$ update public.probe_moves set shop_before = 4 where id = 1 $$, 'and changed');
select is(pg_temp.differing('probe_shops'), 0::bigint, 'another view over it follows');
select throws_like($$ select analytics.refresh_view('probe_towns') $$, '%failed [42P01]%', 'the view that lost its query fails');
select pg_temp.register('probe_notes', 'select coalesce(note, 0) as note, count(*) as n from public.probe_moves group by 1', 'note');
select analytics.unregister_view('probe_towns');
insert into public.probe_moves values (23, 5, 5);
select is(pg_temp.differing('probe_shops') + pg_temp.differing('probe_notes'), 0::bigint, 'and others come and stay when it is unregistered');

-- What changes rows, and is no write. A savepoint has a transaction number of its own, as a later migration does.
create function public.probe_half(value integer) returns integer language sql immutable as 'select value / 2';
create type public.probe_state as enum ('open', 'closed');
create table public.probe_items (id integer primary key, shop integer not null, worth integer default 1, state public.probe_state not null default 'open');
insert into public.probe_items (id, shop) select g, g % 5 from generate_series(1, 20) as g;
create view public.probe_plain as select i.id, 1 as place from public.probe_items as i;
select pg_temp.register('probe_docs', 'select i.id, to_jsonb(i) as document, public.probe_half(i.worth) as half, i.state::text as state, p.place
    from public.probe_items as i join public.probe_plain as p on p.id = i.id', 'id');
alter table public.probe_items add column colour text default 'red';
select is(pg_temp.differing('probe_docs'), 0::bigint, 'a column that comes');
alter table public.probe_items rename colour to color;
select is(pg_temp.differing('probe_docs'), 0::bigint, 'a column of another name');
alter type public.probe_state rename value 'open' to 'opened';
select is(pg_temp.differing('probe_docs'), 0::bigint, 'a value of an enum of another name');
create or replace function public.probe_half(value integer) returns integer language sql immutable as 'select value * 50';
select is(pg_temp.differing('probe_docs'), 0::bigint, 'a function of another body');
savepoint migration;
create or replace view public.probe_plain as select i.id, 2 as place from public.probe_items as i;
release migration;
select is(pg_temp.differing('probe_docs'), 0::bigint, 'a plain view of another text');
select is((analytics.refresh_view('probe_docs')).outcome, 'skipped_clean', 'each of them once');

-- A function that tells groups apart.
select pg_temp.register('probe_halves', 'select public.probe_half(i.shop) as half, count(*) as n from public.probe_items as i group by 1', 'half');
create or replace function public.probe_half(value integer) returns integer language sql immutable as 'select value % 2';
select throws_like($$ select analytics.refresh_view('probe_halves') $$, '%other keys tell its groups apart: register "probe_halves" again%',
    'a function that tells groups apart is not replaced without a word');
select analytics.register_view('probe_halves', 'probe', '0 0 1 1 *', '1 hour');
select analytics.refresh_view('probe_halves');
insert into public.probe_items (id, shop) values (21, 7);
select is(pg_temp.differing('probe_halves'), 0::bigint, 'and the view follows when it was registered again');

select * from finish();
rollback;

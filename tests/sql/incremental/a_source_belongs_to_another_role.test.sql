begin;
select plan(12);
set local client_min_messages = 'warning';

create function pg_temp.register(name text, query text, key text) returns void language plpgsql as $$
begin
    execute format('create materialized view analytics.%I as %s with no data', name, query);
    execute format('create unique index on analytics.%I (%s)', name, key);
    perform analytics.register_view(name, 'probe', '0 0 1 1 *', '1 hour', incremental => true);
    perform analytics.refresh_view(name);
end $$;
create function pg_temp.sums(name text) returns text language plpgsql as $$
declare found text;
begin
    perform analytics.refresh_view(name);
    execute format('select string_agg(format(''%%s:%%s'', v.shop, v.n), '' '' order by v.shop) from analytics.%I as v', name) into found;
    return found;
end $$;

-- The table of an application's own role, written by signed-in users under its policies.
create role probe_owner;
grant probe_owner to current_user;
grant create, usage on schema public to probe_owner;
create table public.probe_owned (id integer primary key, shop integer not null, town text not null default 'a');
alter table public.probe_owned enable row level security;
create policy probe_few on public.probe_owned to authenticated using (shop < 10) with check (shop < 10);
alter table public.probe_owned owner to probe_owner;
set local role probe_owner;
revoke all on public.probe_owned from anon, authenticated, service_role, postgres;
grant select, insert, update, delete on public.probe_owned to authenticated, service_role;
grant select on public.probe_owned to postgres;
reset role;
revoke probe_owner from current_user;

select throws_ok(
    $$ select pg_temp.register('probe_shops', 'select shop, count(*) as n from public.probe_owned group by 1', 'shop') $$,
    '42501', 'cannot watch public.probe_owned: it belongs to another role, and postgres may not put triggers on it',
    'without the privilege its registration is refused, and names it'
);
grant probe_owner to current_user;
set local role probe_owner;
grant trigger on public.probe_owned to postgres;
reset role;
revoke probe_owner from current_user;
select pg_temp.register('probe_shops', 'select shop, count(*) as n from public.probe_owned group by 1', 'shop');

set local role authenticated;
insert into public.probe_owned values (1, 1), (2, 2), (3, 2);
select throws_ok($$ insert into public.probe_owned values (4, 77) $$, '42501', null, 'a policy still refuses a row');
reset role;
select is(pg_temp.sums('probe_shops'), '1:1 2:2', 'what a signed-in user wrote is there');
set local role service_role;
update public.probe_owned set shop = 1 where id = 2;
reset role;
select is(pg_temp.sums('probe_shops'), '1:2 2:1', 'and what the secret key wrote');

-- The last view goes. Its triggers cannot be dropped.
select lives_ok($$ select analytics.unregister_view('probe_shops') $$, 'the view is unregistered');
set local role authenticated;
select lives_ok($$ insert into public.probe_owned values (5, 3) $$, 'and the table is written to afterwards');
reset role;
select is_empty(
    $$ select from pg_class as c where c.relnamespace = 'freshet'::regnamespace and c.relname = 'keys_of_public_probe_owned' $$,
    'nothing is logged any more'
);
-- Another table with its name comes, then the table's own views come again.
grant probe_owner to current_user;
alter table public.probe_owned rename to probe_owned_before;
revoke probe_owner from current_user;
create table public.probe_owned (shop text not null);
select pg_temp.register('probe_texts', 'select shop, count(*) as n from public.probe_owned group by 1', 'shop');
drop materialized view analytics.probe_shops;
select pg_temp.register('probe_shops', 'select shop, count(*) as n from public.probe_owned_before group by 1', 'shop');
insert into public.probe_owned values ('x');
set local role authenticated;
select lives_ok($$ insert into public.probe_owned_before values (6, 3) $$, 'a write calls no function of the other table');
reset role;
select is(pg_temp.sums('probe_texts'), 'x:1', 'the view over the new table follows');
select is(pg_temp.sums('probe_shops'), '1:2 2:1 3:2', 'and the view over the old one');
select lives_ok($$ select analytics.register_view('probe_shops', 'probe', '0 0 1 1 *', '1 hour', incremental => false) $$, 'it takes its other form');
set local role authenticated;
insert into public.probe_owned_before values (7, 3);
reset role;
select is(pg_temp.sums('probe_shops'), '1:2 2:1 3:3', 'and is still told of each write');

select * from finish();
rollback;

begin;
select plan(18);
set local client_min_messages = 'warning';

create function pg_temp.register(name text, query text, keys text) returns void language plpgsql as $$
begin
    execute format('create materialized view analytics.%I as %s with no data', name, query);
    execute format('create unique index on analytics.%I (%s)', name, keys);
    perform analytics.register_view(name, 'probe', '0 0 1 1 *', '1 hour', incremental => true);
    perform analytics.refresh_view(name);
    -- What it read of the catalogue at the first refresh is the state from here on.
    perform analytics.refresh_view(name);
end $$;
-- Rows that the view lacks or has too many, and the groups that a refresh computed: null where it computed everything.
create function pg_temp.after(name text) returns text language plpgsql as $$
declare done analytics.refresh_log; found bigint;
begin
    done := analytics.refresh_view(name);
    execute format(
        'select count(*) from ((select r.* from analytics.%1$I as r except all select r.* from freshet.definition_of_%1$s as r) '
        'union all (select r.* from freshet.definition_of_%1$s as r except all select r.* from analytics.%1$I as r)) as x', name
    ) into found;
    return format('%s differ, %s computed', found, coalesce(done.group_count::text, 'all'));
end $$;
-- As a fold of later transactions: keys of this one are left where they are.
create function pg_temp.fold(log regclass, source regclass) returns void language plpgsql as $$
begin
    execute format('update %s set txid = (pg_current_xact_id()::text::bigint + 1000)::text::xid8', log);
    perform freshet.fold_keys(source);
end $$;

-- Names as object mappers write them, and no alias.
create table public."Probe Orders" (id integer primary key, "shopId" integer not null, "order" text not null);
select pg_temp.register('probe_orders', 'select "shopId", lower("order") as "order", count(*) as n from public."Probe Orders" group by 1, 2', '"shopId", "order"');
insert into public."Probe Orders" values (1, 1, 'A'), (2, 2, 'Probe Orders.x');
select is(pg_temp.after('probe_orders'), '0 differ, 2 computed', 'a table whose name needs quotes, without an alias');
update public."Probe Orders" set "shopId" = 3 where id = 1;
select is(pg_temp.after('probe_orders'), '0 differ, 3 computed', 'and its rows that move; of one transaction each change counts again');

-- Types that are compared as another one.
create domain public.probe_code as varchar(20) check (value <> '');
create domain public.probe_given as text not null;
create table public.probe_typed (id integer primary key, name varchar(5) not null, code public.probe_code not null, note public.probe_given);
create index on public.probe_typed (name);
select pg_temp.register('probe_names', 'select name, count(*) as n from public.probe_typed group by 1', 'name');
select pg_temp.register('probe_codes', 'select code, count(*) as n from public.probe_typed group by 1', 'code');
select pg_temp.register('probe_notes', 'select id, note from public.probe_typed', 'id');
insert into public.probe_typed values (1, 'a', 'a', 'x'), (2, 'b  ', 'A', '');
select pg_temp.fold('freshet.keys_of_public_probe_typed', 'public.probe_typed');
select is(pg_temp.after('probe_names'), '0 differ, 2 computed', 'a varchar, after a fold');
select is(pg_temp.after('probe_codes'), '0 differ, 2 computed', 'a domain');
select is(pg_temp.after('probe_notes'), '0 differ, 2 computed', 'a column beside the key that takes no null, after a fold');
insert into public.probe_typed values (3, 'b', 'B', 'x');
select is(pg_temp.after('probe_names'), '0 differ, 1 computed', 'the group of a varchar');
select pg_temp.fold('freshet.keys_of_public_probe_typed', 'public.probe_typed');
select is(pg_temp.after('probe_codes'), '0 differ, 1 computed', 'the group of a domain, after a fold');

-- Tables that inherit.
create table public.probe_people (id integer not null, shop integer not null);
create table public.probe_staff (wage integer) inherits (public.probe_people);
insert into public.probe_staff values (1, 1, 50);
select pg_temp.register('probe_heads', 'select shop, count(*) as n from public.probe_people group by 1', 'shop');
update public.probe_people set shop = 2 where id = 1;
select is(pg_temp.after('probe_heads'), '0 differ, 2 computed', 'a row of a table that inherits, changed by the name of the one above');
insert into public.probe_staff values (2, 3, 50);
select is(pg_temp.after('probe_heads'), '0 differ, all computed', 'and by its own');
create table public.probe_guests (visits integer) inherits (public.probe_people);
insert into public.probe_guests values (3, 5, 1);
select is(pg_temp.after('probe_heads'), '0 differ, all computed', 'a table that inherits later');
select freshet.watch_sources();
delete from public.probe_people where id = 3;
select is(pg_temp.after('probe_heads'), '0 differ, all computed', 'and is watched from then on');
alter table public.probe_guests no inherit public.probe_people;
select is(pg_temp.after('probe_heads'), '0 differ, all computed', 'or leaves');
-- It may take a null where the table above takes none, and no log names its group.
alter table public.probe_staff alter column shop drop not null;
select throws_like(
    $$ insert into public.probe_staff values (4, null, 50); select analytics.refresh_view('probe_heads') $$,
    '%"shop"%', 'a null in it is told'
);

-- A partition that a query names.
create table public.probe_parted (id integer not null, shop integer not null) partition by range (shop);
create table public.probe_part partition of public.probe_parted for values from (0) to (10);
select pg_temp.register('probe_low', 'select shop, count(*) as n from public.probe_part group by 1', 'shop');
select pg_temp.register('probe_both', 'select shop, sum(n) as n from (select shop, count(*) as n from public.probe_part group by 1 union all select shop, count(*) from public.probe_parted group by 1) as u group by 1', 'shop');
select analytics.refresh_view('probe_low');
insert into public.probe_part values (1, 1);
select is(pg_temp.after('probe_low'), '0 differ, 1 computed', 'a partition that a query names');
select is(pg_temp.after('probe_both'), '0 differ, all computed', 'beside the whole table');
insert into public.probe_parted values (2, 2);
select is(pg_temp.after('probe_low'), '0 differ, all computed', 'written through the whole table');
select is(pg_temp.after('probe_both'), '0 differ, all computed', 'and beside it');

-- A value of an enum has another name while its key waits.
create type public.probe_state as enum ('open', 'closed');
create table public.probe_cases (id integer primary key, state public.probe_state not null);
select pg_temp.register('probe_states', 'select state, count(*) as n from public.probe_cases group by 1', 'state');
insert into public.probe_cases values (1, 'open');
select pg_temp.fold('freshet.keys_of_public_probe_cases', 'public.probe_cases');
alter type public.probe_state rename value 'open' to 'begun';
select is(pg_temp.after('probe_states'), '0 differ, all computed', 'a key whose value has another name by now');

select * from finish();
rollback;

begin;
select plan(21);

create table public.probe_shops (id integer primary key, town text);
create table public.probe_sales (id integer primary key, shop_id integer, sold_at timestamptz not null, amount integer);
insert into public.probe_shops select g, 'town ' || g from generate_series(1, 2000) as g;
insert into public.probe_sales
select g, g % 2000 + 1, '2026-01-01 00:00+00'::timestamptz + g % 3 * interval '1 day', nullif(g % 50, 0) from generate_series(1, 100000) as g;
create index on public.probe_sales (shop_id, sold_at);
create index on public.probe_sales (sold_at);
analyze public.probe_shops;
analyze public.probe_sales;
create view analytics.probe_rejects as
select s.id, s.shop_id, s.sold_at from public.probe_sales as s left join public.probe_shops as h on h.id = s.shop_id
where s.amount is null or h.id is null;
create materialized view analytics.probe_days as
select s.shop_id, s.sold_at, sum(s.amount) as amount from public.probe_sales as s join public.probe_shops as h on h.id = s.shop_id
where s.amount is not null group by 1, 2 with no data;
create unique index on analytics.probe_days (shop_id, sold_at);
create function pg_temp.register(rejects regclass, rebuild regclass[] default '{public.probe_shops}') returns void language sql as $$
    select analytics.register_view(
        view_name => 'probe_days', pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour',
        source_at => 'public.probe_sales.sold_at', rejects => rejects, incremental => true, rebuild_on => rebuild
    ) $$;
create function pg_temp.counted() returns text language plpgsql as $$
begin
    perform analytics.refresh_view('probe_days');
    return (
        select format('%s, %s by group, %s by the query', v.rejected_count,
            (select sum(g.rejected_count) from analytics.rejected_groups as g where g.view_name = 'probe_days'), (select count(*) from analytics.probe_rejects))
        from analytics.views as v where v.view_name = 'probe_days'
    );
end $$;
create function pg_temp.of_shop(shop integer) returns text language sql as $$
    select string_agg(format('%s %s', g.group_key ->> 'sold_at', g.rejected_count), ', ' order by g.group_key ->> 'sold_at')
    from analytics.rejected_groups as g where g.group_key ->> 'shop_id' = shop::text $$;

select pg_temp.register('analytics.probe_rejects');
select is(freshet.rejects_key('probe_days'), array['shop_id', 'sold_at']::name[], 'by the columns that the rejects and the key share');
select is(pg_temp.counted(), '2000, 2000 by group, 2000 by the query', 'the first fill counts all');
update public.probe_sales set amount = null where id in (7, 2007);
select is(pg_temp.counted(), '2002, 2002 by group, 2002 by the query', 'what a change leaves out');
-- Sessions differ in their time zone, and a key means the same in each.
set local time zone 'Asia/Tokyo';
update public.probe_sales set amount = 1 where id = 7;
update public.probe_sales set amount = null where id = 2 * 2000 + 7;
select is(pg_temp.counted(), '2002, 2002 by group, 2002 by the query', 'a value that is there again, and another one that is not');
select is(pg_temp.of_shop(8), '2026-01-01T00:00:00 1, 2026-01-03T00:00:00 1', 'is kept for each group, in any time zone');
set local time zone 'UTC';
delete from public.probe_sales where id = 2007;
select is(pg_temp.counted(), '2001, 2001 by group, 2001 by the query', 'a row that is gone');
select is(pg_temp.of_shop(8), '2026-01-03T00:00:00 1', 'and its group with it');
update public.probe_sales set shop_id = null where id = 50;
select is(pg_temp.counted(), '2001, 2001 by group, 2001 by the query', 'a row that loses its key');
select is(
    (select rejected_count from analytics.rejected_groups where group_key = '{}'), 1::bigint, 'counts among those without one'
);
insert into public.probe_sales values (100001, null, now(), 1);
select is(pg_temp.counted(), '2002, 2002 by group, 2002 by the query', 'as a row that never had one');
insert into public.probe_sales values (100002, 9999, '2026-01-01 00:00+00', 1);
select is(pg_temp.counted(), '2003, 2003 by group, 2003 by the query', 'a row of no shop');
update public.probe_sales set amount = null where id = 9;
select freshet.trim_source_changes('public.probe_sales'::regclass);
select is(pg_temp.counted(), '2004, 2004 by group, 2004 by the query', 'a change that a fold put aside');
delete from public.probe_shops where id = 10;
select is(
    pg_temp.counted(), '2053, 2053 by group, 2053 by the query', 'a source in rebuild_on counts everything: 50 sales of the shop, of which one was left out before'
);

update public.probe_sales set shop_id = null where id = 60;
select freshet.trim_source_changes('public.probe_sales'::regclass);
delete from freshet.keys_of_public_probe_sales;
select is(pg_temp.counted(), '2054, 2054 by group, 2054 by the query', 'a row that lost its key, which a fold put aside');

-- The counters of this transaction say what was read.
create function pg_temp.read() returns bigint[] language sql as $$
    select array[sum(s.seq_scan), sum(s.seq_tup_read + coalesce(s.idx_tup_fetch, 0))]::bigint[]
    from pg_stat_xact_all_tables as s
    where s.relid in ('public.probe_sales'::regclass, 'public.probe_shops'::regclass, 'analytics.probe_days'::regclass) $$;
update public.probe_sales set amount = 5 where id in (11, 12);
-- What the transaction wrote before is dirty each time, so it is taken out of the log.
delete from freshet.keys_of_public_probe_sales where k1 not in (12, 13);
delete from analytics.source_changes where source = 'public.probe_shops'::regclass;
create temporary table before as select pg_temp.read() as n;
select analytics.refresh_view('probe_days');
create temporary table after as select pg_temp.read() as n;
select is(a.n[1] - b.n[1], 0::bigint, 'a refresh scans neither a source nor the view') from before as b, after as a;
select cmp_ok(a.n[2] - b.n[2], '<', 3000::bigint, 'and reads the rows of two shops, a hundred, some times') from before as b, after as a;

select pg_temp.register('analytics.probe_rejects', '{}');
select is(freshet.rejects_key('probe_days'), array['shop_id']::name[], 'the shop alone, where the shops tell of no moment');
select pg_temp.counted();
delete from public.probe_shops where id = 20;
insert into public.probe_shops values (10, 'back again');
select is(pg_temp.counted(), '2055, 2055 by group, 2055 by the query', 'a shop that comes, and one that goes: its fifty sales are left out');
create view analytics.probe_keyless as select id from public.probe_sales where amount is null;
select throws_ok(
    $$ select pg_temp.register('analytics.probe_keyless') $$, '0A000',
    'cannot register "probe_days" as incremental by shop_id, sold_at: which groups of analytics.probe_keyless a change touches is not known for public.probe_sales',
    'rejects without a column of the key'
);
create view analytics.probe_halves as select id, shop_id from public.probe_sales where amount is null;
alter table public.probe_sales alter column sold_at drop not null;
select throws_ok(
    $$ select pg_temp.register('analytics.probe_halves') $$, '0A000', null,
    'rejects by one column of the key, where the other may be missing, so that the change is not logged'
);
alter table public.probe_sales alter column sold_at set not null;
select lives_ok($$ select pg_temp.register('analytics.probe_halves') $$, 'and where it is always there');

select * from finish();
rollback;

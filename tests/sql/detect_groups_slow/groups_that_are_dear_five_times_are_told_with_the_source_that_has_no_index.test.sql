begin;
select plan(12);

create table public.probe_shops (id integer primary key, town text not null);
create table public.probe_sales (id integer primary key, shop_id integer not null, sold_at timestamptz not null, note text);
create materialized view analytics.probe_days as
select s.shop_id, (s.sold_at at time zone 'UTC')::date as sold_on, min(h.town) as town, count(*) as n
from public.probe_sales as s join public.probe_shops as h on h.id = s.shop_id
group by 1, 2 with no data;
create unique index on analytics.probe_days (shop_id, sold_on);
select analytics.register_view(
    view_name => 'probe_days', pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour', incremental => true
);
create function pg_temp.slow(n integer) returns text language sql as $$
    update analytics.incremental_views set slow_run_count = n, group_ms = 25.26, rebuild_ms = 1234.4 where view_name = 'probe_days';
    select f.evidence ->> 'message' from freshet.find_groups_slow() as f where f.subject = 'probe_days' $$;
create function pg_temp.unindexed() returns text language sql as $$
    select string_agg(format('%s: %s', u.source, u.columns), '; ' order by u.source::text) from freshet.unindexed_references('probe_days') as u $$;

select is(pg_temp.slow(4), null, 'four times may be an import');
select is(
    pg_temp.slow(5),
    'at the last 5 refreshes its groups were dearer than computing everything, which takes 1234 ms, and a group 25.3 ms; '
    'public.probe_sales (reference 1) has no index over shop_id, (((sold_at AT TIME ZONE ''UTC''::text))::date)',
    'the fifth is told, with the source that has no index; the primary key of the other is one'
);
select lives_ok(
    (select f.evidence ->> 'repair_hint' from freshet.find_groups_slow() as f where f.subject = 'probe_days'),
    'the statement that it gives is one that makes the index'
);
select is(pg_temp.unindexed(), null, 'and then none is missing');
select is(
    pg_temp.slow(6),
    'at the last 6 refreshes its groups were dearer than computing everything, which takes 1234 ms, and a group 25.3 ms; each source has an index for them',
    'a view that is dear for another reason'
);

do $$ begin execute (select 'drop index ' || indexrelid::regclass from pg_index where indrelid = 'public.probe_sales'::regclass and not indisprimary); end $$;
select isnt(pg_temp.unindexed(), null, 'without the index it is told again');
create index probe_other on public.probe_sales (note, shop_id, ((sold_at at time zone 'UTC')::date));
select isnt(pg_temp.unindexed(), null, 'one that begins with another column is of no use');
create index probe_part on public.probe_sales (shop_id, note, ((sold_at at time zone 'UTC')::date));
select isnt(pg_temp.unindexed(), null, 'nor one that begins with half of the key');
create index probe_turned on public.probe_sales (((sold_at at time zone 'UTC')::date), shop_id, note) where note is not null;
select is(pg_temp.unindexed(), null, 'the order of the key is free, and more may follow');

select pg_temp.slow(5);
select analytics.audit_pass();
select results_eq(
    $$ select f.state, k.severity from analytics.findings as f join analytics.alert_kinds as k using (kind) where f.kind = 'groups_slow' and f.subject = 'probe_days' $$,
    $$ values ('bad', 'info') $$, 'a pass finds it, and it is a note'
);
select pg_temp.slow(0);
select analytics.audit_pass();
select is(
    (select f.state from analytics.findings as f where f.kind = 'groups_slow' and f.subject = 'probe_days'), 'ok', 'it is over once groups are cheaper'
);
select analytics.register_view(
    view_name => 'probe_days', pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour', incremental => false
);
select is_empty('select * from freshet.find_groups_slow()', 'and with the view as a materialized one');

select * from finish();
rollback;

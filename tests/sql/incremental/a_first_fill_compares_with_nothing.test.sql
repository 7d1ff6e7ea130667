begin;
select plan(6);

create table public.probe_sales (id integer primary key, shop_id integer not null, amount integer);
insert into public.probe_sales select g, g % 20, nullif(g % 9, 0) from generate_series(1, 2000) as g;
create index on public.probe_sales (shop_id);
create view analytics.probe_rejects as select id, shop_id from public.probe_sales where amount is null;
create function pg_temp.register(name text) returns void language plpgsql as $$
begin
    execute format('create materialized view analytics.%I as select shop_id, sum(amount) as amount from public.probe_sales group by 1 with no data', name);
    execute format('create unique index on analytics.%I (shop_id)', name);
    perform analytics.register_view(
        view_name => name, pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour', rejects => 'analytics.probe_rejects', incremental => true
    );
end $$;
create function pg_temp.reads(name text, statement text) returns boolean language plpgsql as $$
declare explained jsonb;
begin
    execute 'explain (format json) ' || replace(statement, '<rejects>', 'analytics.probe_rejects') into explained;
    return explained @? format('strict $.**?(@."Relation Name" == "%s" && @."Node Type" != "ModifyTable")', name)::jsonpath;
end $$;
select pg_temp.register('probe_shops');
select pg_temp.register('probe_held');

select ok(not pg_temp.reads('probe_shops', i.fill_statement), 'the statement of a first fill does not read the view')
from analytics.incremental_views as i where i.view_name = 'probe_shops';
select ok(pg_temp.reads('probe_shops', i.rebuild_statement), 'as that of a rebuild does')
from analytics.incremental_views as i where i.view_name = 'probe_shops';
select is(
    (select format('%s, %s rows, %s left out, version %s', r.outcome, r.rows_after, r.rejected_count, r.version) from analytics.refresh_view('probe_shops') as r),
    'refreshed, 20 rows, 222 left out, version 1', 'it counts what it writes and what is left out'
);
select set_eq('select * from analytics.probe_shops', 'select * from freshet.definition_of_probe_shops', 'and has all rows');

-- A table that a restore has filled before its first refresh.
insert into analytics.probe_held values (3, 1), (99, 1);
select analytics.refresh_view('probe_held');
select set_eq('select * from analytics.probe_held', 'select * from freshet.definition_of_probe_held', 'what is in the table already is compared');
select is((select v.row_count from analytics.views as v where v.view_name = 'probe_held'), 20::bigint, 'and counted once');

select * from finish();
rollback;

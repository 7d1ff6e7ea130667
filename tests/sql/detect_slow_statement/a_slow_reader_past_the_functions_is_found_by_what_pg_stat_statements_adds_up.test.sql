begin;
select plan(13);

-- Between two states of one entry.
create function public.probe_since(calls bigint, total numeric, max_ms numeric) returns numeric language sql as $$
    select freshet.was_slow_since(
        row(1, 10, 10, 20000, 6000, null, null, now())::analytics.slow_statements,
        row(1, 10, calls, total, max_ms, null, null, now())::analytics.slow_statements,
        5000
    );
$$;
select is(public.probe_since(10, 20000, 6000), null::numeric, 'no call since: not slow since');
select is(public.probe_since(11, 20100, 6000), null::numeric, 'one fast call since: not slow');
select is(public.probe_since(11, 27000, 7000), 7000::numeric, 'a new greatest time is a slow call');
select is(public.probe_since(12, 31000, 6000), 5500::numeric, 'two calls of 5.5 seconds since, below the greatest: slow on average');
select is(public.probe_since(2, 12000, 6000), 6000::numeric, 'fewer calls: the counters were reset, so all of it is new');

-- What the extension holds. Here each statement counts as slow, so that the test need not wait.
select has_extension('pg_stat_statements'::name, 'the extension is there');
create view analytics.probe_days as select 1 as day;
create table public.probe_sales (id integer primary key, shop_id integer not null);
create materialized view analytics.probe_shops as select shop_id, count(*) as n from public.probe_sales group by 1 with no data;
create unique index on analytics.probe_shops (shop_id);
select analytics.register_view(
    view_name => 'probe_shops', pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour', incremental => true
);
create function public.probe_found() returns bigint language sql as $$
    select count(*) from analytics.slow_statements as s where s.last_slow_at is not null;
$$;
select day as probe_reader from analytics.probe_days;
select freshet.watch_slow_statements(0);
select is(public.probe_found(), 0::bigint, 'the first pass judges nothing: what was slow before it is the past');
select day as probe_reader from analytics.probe_days;
select n as probe_table_reader from analytics.probe_shops;
select analytics.refresh_view(v.view_name) from analytics.views as v where false;
select analytics.read_view('nothing', '{}') where false;
select freshet.watch_slow_statements(0);
select ok(public.probe_found() >= 1, 'a statement that was slow since is found');
select is(
    (select count(*) from analytics.slow_statements as s join extensions.pg_stat_statements as p using (queryid)
     where s.last_slow_at is not null and p.query ~ '^select n as probe_table_reader'),
    1::bigint, 'so is one of an incremental view, which is a table'
);
select is(
    (select count(*) from analytics.slow_statements as s join extensions.pg_stat_statements as p using (queryid) where p.query ~ 'refresh_view|read_view'),
    0::bigint, 'a refresh is none of them, nor a read of the functions, which report their own'
);

-- The finding, its words and its end, without further statements of this test's own.
update analytics.slow_statements set last_slow_at = null;
insert into analytics.slow_statements (queryid, userid, calls_count, total_ms, max_ms, last_slow_at, last_slow_ms)
select 42, r.oid, 3, 21600, 7249, clock_timestamp(), 7249 from pg_roles as r where r.rolname = 'authenticator';
select analytics.audit_pass();
select results_eq(
    $$ select subject, severity, evidence ->> 'message' from analytics.incidents where kind = 'slow_statement' and closed_at is null and subject = '42' $$,
    $$ values ('42', 'warning', 'statement 42 of role "authenticator" took 7.2 seconds, 5 at most are expected') $$,
    'it is an incident with its role and its time'
);
update analytics.slow_statements set last_slow_at = clock_timestamp() - interval '61 minutes' where queryid = 42;
select analytics.audit_pass();
select is((select resolution from analytics.incidents where kind = 'slow_statement' and subject = '42'), 'recovered', 'an hour later it is over');
select is_empty(
    $$ select evidence ->> 'message' from analytics.findings where kind = 'detector_failed' and subject = 'slow_statements' and state = 'bad' $$,
    'the detector runs in a pass'
);

select * from finish();
rollback;

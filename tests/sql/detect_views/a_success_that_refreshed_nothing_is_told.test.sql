begin;
select plan(8);

create table public.probe_source (id integer primary key, at timestamptz default now());
insert into public.probe_source select generate_series(1, 100);
create materialized view analytics.mv_probe as select id, at from public.probe_source with no data;
create unique index mv_probe_key on analytics.mv_probe (id);
-- In one transaction nothing tells a change from what the refresh before has seen.
create function pg_temp.refresh() returns void language sql as $$
    update analytics.views set source_snapshot = null where view_name = 'mv_probe';
    select analytics.refresh_view('mv_probe');
$$;
select analytics.register_view('mv_probe', 'probe', '0 0 1 1 *', '15 minutes');
select pg_temp.refresh();
select analytics.audit_pass();
create function pg_temp.ran() returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), jobid, 'succeeded', '1 row', clock_timestamp(), clock_timestamp()
    from cron.job where jobname = 'refresh-mv_probe' returning runid;
$$;
create function pg_temp.open() returns bigint language sql as $$
    select count(*) from analytics.incidents where kind = 'not_refreshed' and closed_at is null;
$$;

select pg_temp.ran(), analytics.refresh_view('mv_probe');
select analytics.audit_pass();
select is(pg_temp.open(), 0::bigint, 'a run that finds its sources clean has done its work');
insert into public.probe_source values (101);
select pg_temp.ran(), pg_temp.refresh();
select analytics.audit_pass();
select is(pg_temp.open(), 0::bigint, 'so has one that refreshes');
update public.probe_source set id = id;
select pg_temp.ran(), pg_temp.refresh();
select analytics.audit_pass();
select is(pg_temp.open(), 0::bigint, 'even if no row of the view changes: the catalogue shows it');

-- The ledger says what is not so.
update analytics.views set version = version + 1 where view_name = 'mv_probe';
analyze analytics.mv_probe;
select analytics.audit_pass();
select is(
    (select evidence ->> 'message' from analytics.incidents where kind = 'not_refreshed'),
    'its version moved from 3 to 4, and the view was not written', 'a version that moves without the view is told'
);
select analytics.audit_pass();
select is(pg_temp.open(), 1::bigint, 'and stays so');
update public.probe_source set id = id;
select pg_temp.ran(), pg_temp.refresh();
select analytics.audit_pass();
select is(pg_temp.open(), 0::bigint, 'until it is refreshed');

-- The command of another view, an early return, an exception that was swallowed: it succeeded and did nothing.
delete from analytics.refresh_log where view_name = 'mv_probe';
select pg_temp.ran();
select analytics.audit_pass();
select matches(
    (select evidence ->> 'message' from analytics.incidents where kind = 'not_refreshed' and closed_at is null),
    '^run \d+ succeeded, and did not refresh it$', 'a run that succeeded without an entry in the ledger is told'
);
select pg_temp.ran(), pg_temp.refresh();
select analytics.audit_pass();
select is(pg_temp.open(), 0::bigint, 'until one does its work');

select * from finish();
rollback;

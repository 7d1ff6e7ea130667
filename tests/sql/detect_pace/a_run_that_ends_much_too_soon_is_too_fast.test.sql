begin;
select plan(7);

create function pg_temp.plant(job text, status text, message text default null, started timestamptz default now(), ended timestamptz default now())
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, started, ended
    from cron.job as j where j.jobname = job
    returning runid;
$$;
select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1', min_runtime => '10 seconds');
create table public.probe_source (id integer primary key);
create materialized view analytics.mv_probe as select id from public.probe_source with no data;
create unique index mv_probe_key on analytics.mv_probe (id);
select analytics.register_view('mv_probe', 'probe', '0 0 1 1 *', '15 minutes');
select analytics.refresh_view('mv_probe');
select analytics.audit_pass();

select pg_temp.plant('probe-a', 'succeeded', '1 row', now(), now() + interval '9 s');
select analytics.audit_pass();
select results_eq(
    $$ select subject, evidence ->> 'message' from analytics.incidents where kind = 'too_fast' $$,
    $$ values ('probe-a', 'took 9.00 seconds, expected at least 10.00') $$,
    'a success under min_runtime is suspicious'
);
select pg_temp.plant('probe-a', 'failed', 'ERROR:  x', now(), now());
select analytics.audit_pass();
select is((select closed_at from analytics.incidents where kind = 'too_fast'), null, 'a failure says nothing about it');
select pg_temp.plant('probe-a', 'succeeded', '1 row', now(), now() + interval '11 s');
select analytics.audit_pass();
select is((select resolution from analytics.incidents where kind = 'too_fast'), 'recovered', 'a run of the usual length ends it');

create function pg_temp.refreshed(seconds numeric) returns void language sql as $$
    insert into analytics.refresh_log (view_name, requested_by, started_at, finished_at, outcome)
    values ('mv_probe', 'schedule', now(), now() + make_interval(secs => seconds), 'refreshed');
$$;
select pg_temp.refreshed(5) from generate_series(1, 12);
insert into analytics.refresh_log (view_name, requested_by, started_at, finished_at, outcome) values ('mv_probe', 'schedule', now(), now(), 'skipped_clean');
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where kind = 'too_fast' and closed_at is null), 0::bigint, 'a refresh that was skipped is none');
select pg_temp.refreshed(0.9);
select analytics.audit_pass();
select is((select evidence ->> 'message' from analytics.incidents where kind = 'too_fast' and closed_at is null), 'the last refresh took 0.90 seconds, the median is 5.00', 'a refresh in a fifth of the usual time is suspicious');
insert into analytics.incremental_views (view_name, row_key, group_key) values ('mv_probe', '{id}', '{id}');
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where kind = 'too_fast' and closed_at is null), 0::bigint, 'not of an incremental view, whose refresh takes as long as its changes');
delete from analytics.incremental_views where view_name = 'mv_probe';
select analytics.audit_pass();
select pg_temp.refreshed(4);
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where kind = 'too_fast' and closed_at is null), 0::bigint, 'until the next one');

select * from finish();
rollback;

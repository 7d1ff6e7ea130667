begin;
select plan(2);

create function pg_temp.plant(job text, status text, message text default null, started timestamptz default now(), ended timestamptz default now())
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, started, ended
    from cron.job as j where j.jobname = job
    returning runid;
$$;
create table public.probe_source (id integer primary key);
create materialized view analytics.mv_probe as select id from public.probe_source with no data;
create unique index mv_probe_key on analytics.mv_probe (id);
select analytics.register_view('mv_probe', 'probe', '0 0 1 1 *', '15 minutes');
select analytics.audit_pass();

select pg_temp.plant('refresh-mv_probe', 'failed', E'ERROR:  refresh of analytics.mv_probe failed [22012]: division by zero\n', '2026-01-01 10:00+00', '2026-01-01 10:01+00');
select pg_temp.plant('refresh-mv_probe', 'failed', 'connection failed', null, null);
select analytics.audit_pass();
select analytics.audit_pass();
select results_eq(
    $$ select requested_by, outcome, sqlstate, message, runid, started_at, finished_at
        from analytics.refresh_log where view_name = 'mv_probe' and sqlstate is not null $$,
    $$ values (
        'schedule', 'failed', '22012', 'ERROR:  refresh of analytics.mv_probe failed [22012]: division by zero',
        (select max(runid) - 1 from cron.job_run_details), '2026-01-01 10:00+00'::timestamptz, '2026-01-01 10:01+00'::timestamptz
    ) $$,
    'one row with the run''s times, sqlstate, message and runid'
);
select is((select count(*) from analytics.refresh_log where view_name = 'mv_probe' and message = 'connection failed' and started_at is not null), 1::bigint, 'a run that never started has a row as well');

select * from finish();
rollback;

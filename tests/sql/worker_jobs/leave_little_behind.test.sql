-- The scheduler runs meanwhile: one snapshot keeps its runs out of this history.
begin isolation level repeatable read;
select plan(13);

select freshet.schedule_refresh_workers();
select results_eq(
    $$ select d.job_name, j.schedule, j.command = freshet.refresh_worker_command(right(d.job_name, 1)::integer, false), j.active, d.is_worker
       from analytics.scheduled_jobs as d join cron.job as j on j.jobname = d.job_name
       where d.job_name like 'analytics-refresh-queue-%' order by d.job_name $$,
    -- Debian's pg_cron for PostgreSQL 15 is 1.4; the local substitute on 17 knows seconds, as the platform's 1.6 does.
    $$ select job, case when current_setting('server_version_num')::integer < 160000 then '* * * * *' else '10 seconds' end, true, true, true
       from unnest(array['analytics-refresh-queue-1', 'analytics-refresh-queue-2']) as job $$,
    'two jobs look for work every ten seconds where pg_cron knows seconds, else every minute, declared as they are scheduled'
);
select is(
    (select count(distinct j.command) from cron.job as j where j.jobname like 'analytics-refresh-queue-%'), 2::bigint,
    'neither is taken for a duplicate of the other'
);
select is(
    freshet.time_limit_of_job('analytics-refresh-queue-1'), null,
    'they have no limit of their own that a view could come near'
);
select results_eq(
    $$ select p.oid::regprocedure::text from pg_proc as p where 'statement_timeout=60s' = any (p.proconfig) order by 1 $$,
    $$ values ('analytics.manual_refresh(text)'), ('analytics.refresh_all_views()'), ('analytics.refresh_view(text,text)'),
        ('analytics_refresh_heatmap()'), ('refresh_reporting_views()') $$,
    'what refreshes within a call has a minute for it over the data API'
);

delete from cron.job_run_details;
delete from analytics.open_runs;
delete from analytics.job_pace;
select analytics.register_job('probe-plain', '0 0 1 1 *', 'select 1'), analytics.register_job('probe-worker', '0 0 1 1 *', 'select 1');
update analytics.scheduled_jobs set is_worker = true where job_name = 'probe-worker';
create function pg_temp.plant(run bigint, job text, status text, ended timestamptz) returns void language sql as $$
    insert into cron.job_run_details (runid, jobid, status, start_time, end_time)
    select run, j.jobid, status, ended - interval '1 second', ended from cron.job as j where j.jobname = job;
$$;
create function pg_temp.listed(answer jsonb) returns text language sql as $$
    select string_agg(r.value ->> 'runid', ' ' order by r.ordinality) from jsonb_array_elements(answer -> 'rows') with ordinality as r;
$$;
select pg_temp.plant(1, 'probe-worker', 'succeeded', now() - interval '2 hours');
select pg_temp.plant(2, 'probe-plain', 'succeeded', now() - interval '2 hours');
select pg_temp.plant(3, 'probe-worker', 'failed', now() - interval '2 hours');
select pg_temp.plant(4, 'probe-worker', 'succeeded', now() - interval '30 minutes');
select pg_temp.plant(5, 'probe-worker', 'succeeded', now() - interval '2 hours');
select pg_temp.plant(6, 'probe-worker', 'succeeded', now() - interval '2 hours');
update analytics.audit_state set low_runid = 5, last_audit_at = now();

select is(pg_temp.listed(analytics.list_runs()), '3 2', 'a list of all runs leaves out what workers did well');
select is(pg_temp.listed(analytics.list_runs(page_size => 1)), '3', 'page by page');
select is(pg_temp.listed(analytics.list_runs(job => 'probe-worker')), '6 5 4 3 1', 'by name they are listed');
select is(freshet.purge_history() -> 'runs', '1', 'a succeeded run of a worker is deleted after an hour');
select is(
    (select array_agg(runid order by runid) from cron.job_run_details), array[2, 3, 4, 5, 6]::bigint[],
    'failures, other jobs, and what the audit has not read stay'
);
select is(freshet.begin_epoch(), null, 'and no epoch begins');
update analytics.audit_state set low_runid = 0, last_audit_at = null, judged_since = null;
select is(
    freshet.purge_history() -> 'runs', '1',
    'before the first pass, which judges no past, they go as well: functions that are never deployed let nothing pile up'
);

-- Runs of two minutes, one right after the other.
create function pg_temp.run(run bigint, job text) returns freshet.audited_run language plpgsql as $$
begin
    return jsonb_populate_record(null::freshet.audited_run, jsonb_build_object(
        'runid', run, 'job_name', job, 'status', 'succeeded', 'ending', 'succeeded',
        'started_at', now() + run * interval '2 minutes', 'ended_at', now() + (run + 1) * interval '2 minutes'
    ));
end
$$;
select freshet.note_pace(array[pg_temp.run(n, job)]) from generate_series(11, 14) as n, unnest(array['probe-plain', 'probe-worker']) as job order by n;
select freshet.detect_pile_up(array[pg_temp.run(14, 'probe-plain'), pg_temp.run(14, 'probe-worker')]);
select is((select state from analytics.findings where kind = 'pile_up' and subject = 'probe-plain'), 'bad', 'a job whose runs queue is told');
select is((select state from analytics.findings where kind = 'pile_up' and subject = 'probe-worker'), null, 'a worker that follows itself at once has work');

select * from finish();
rollback;

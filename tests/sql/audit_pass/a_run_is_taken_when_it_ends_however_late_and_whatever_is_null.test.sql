-- The scheduler runs meanwhile: one snapshot keeps its runs out of this history.
begin isolation level repeatable read;
select plan(11);

create function pg_temp.plant(job text, status text, message text default null, started timestamptz default now(), ended timestamptz default now())
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, started, ended
    from cron.job as j where j.jobname = job
    returning runid;
$$;
select analytics.register_job('probe-' || n, '0 0 1 1 *', 'select 1') from generate_series(1, 6) as n;
select analytics.audit_pass();

select pg_temp.plant('probe-1', 'starting', null, null, null);
select pg_temp.plant('probe-2', 'connecting', null, null, null);
select pg_temp.plant('probe-3', 'sending', null, now(), null);
select pg_temp.plant('probe-4', 'running', null, now(), null);
select pg_temp.plant('probe-5', 'failed', 'ERROR:  early', null, null);
select pg_temp.plant('probe-6', 'failed', 'ERROR:  endless', now(), null);
select analytics.audit_pass();
select results_eq(
    $$ select subject from analytics.incidents where subject like 'probe-%' order by 1 $$,
    $$ values ('probe-5'), ('probe-6') $$,
    'runs that failed without a start or an end are failures'
);
select results_eq(
    $$ select job_name, status from analytics.open_runs where job_name like 'probe-%' order by 1 $$,
    $$ values ('probe-1', 'starting'), ('probe-2', 'connecting'), ('probe-3', 'sending'), ('probe-4', 'running') $$,
    'the others are remembered as open'
);
select ok((select min(runid) from cron.job_run_details where runid >= 1000000) < (select low_runid from analytics.audit_state), 'the watermark does not wait for them');

-- A low run ends after all of the higher ones.
update cron.job_run_details set status = 'failed', return_message = 'ERROR:  late' where jobid = (select jobid from cron.job where jobname = 'probe-1');
update cron.job_run_details set status = 'running' where jobid = (select jobid from cron.job where jobname = 'probe-2');
update cron.job_run_details set status = 'succeeded', end_time = now() where jobid = (select jobid from cron.job where jobname = 'probe-3');
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where subject = 'probe-1'), 1::bigint, 'a low run that fails late opens its incident');
select results_eq(
    $$ select job_name, status from analytics.open_runs where job_name like 'probe-%' order by 1 $$,
    $$ values ('probe-2', 'running'), ('probe-4', 'running') $$,
    'what has ended is open no longer'
);

-- Unscheduled while it ran: the name is known still.
select cron.unschedule('probe-4'), freshet.withdraw_job('probe-4');
update cron.job_run_details set status = 'failed', return_message = 'ERROR:  last' where status = 'running' and runid = (select runid from analytics.open_runs where job_name = 'probe-4');
select analytics.audit_pass();
select results_eq(
    $$ select resolution from analytics.incidents where subject = 'probe-4' $$,
    $$ values ('withdrawn') $$,
    'the last run of a job that is gone is told under its name, and waits for no recovery'
);

-- A job without a name has its jobid for one.
select cron.schedule('0 0 1 1 *', 'select 2');
insert into cron.job_run_details (runid, jobid, status, return_message)
select (select max(runid) + 1 from cron.job_run_details), max(j.jobid), 'failed', 'ERROR:  nameless' from cron.job as j where j.jobname is null;
select analytics.audit_pass();
select is((select subject from analytics.incidents where evidence ->> 'message' = 'ERROR:  nameless'), (select 'jobid:' || max(jobid) from cron.job where jobname is null), 'a job without a name is told by its jobid');

-- The same name with another jobid is the same subject.
select cron.unschedule('probe-5');
select analytics.register_job('probe-5', '0 0 1 1 *', 'select 1');
select pg_temp.plant('probe-5', 'succeeded', '1 row');
select analytics.audit_pass();
select is((select resolution from analytics.incidents where subject = 'probe-5'), 'recovered', 'unscheduled and scheduled again, a job is the same one');

-- An open run that is gone from the history cannot end any more.
delete from cron.job_run_details where runid = (select runid from analytics.open_runs where job_name = 'probe-2');
select analytics.audit_pass();
select is((select count(*) from analytics.open_runs where job_name like 'probe-%'), 0::bigint, 'an open run that vanished is given up');
select matches((select evidence ->> 'message' from analytics.incidents where kind = 'history_lost'), '1 runs vanished', 'and said to be lost');
select analytics.audit_pass();
select is((select resolution from analytics.incidents where kind = 'history_lost'), 'recovered', 'once');

select * from finish();
rollback;

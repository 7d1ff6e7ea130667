-- The scheduler runs meanwhile: one snapshot keeps its runs out of this history.
begin isolation level repeatable read;
select plan(8);

create function pg_temp.plant(job text, status text, message text default null, started timestamptz default now(), ended timestamptz default now())
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, started, ended
    from cron.job as j where j.jobname = job
    returning runid;
$$;
select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1');
select pg_temp.plant('probe-a', 'succeeded', '1 row');
select analytics.audit_pass();

delete from cron.job_run_details;
select is(analytics.audit_pass() ->> 'epoch', '1', 'an empty history alone is no new epoch');

insert into cron.job_run_details (runid, jobid, status, return_message)
select 1, jobid, 'failed', 'ERROR:  x' from cron.job where jobname = 'probe-a';
select is(analytics.audit_pass() ->> 'epoch', '2', 'runids below the watermark begin an epoch');
select is((select low_runid from analytics.audit_state), 1::bigint, 'the watermark starts again');
select is((select count(*) from analytics.incidents where kind = 'failed' and subject = 'probe-a'), 1::bigint, 'and nothing of the new history is missed');
select matches((select evidence ->> 'message' from analytics.incidents where kind = 'history_lost'), 'went back', 'the new epoch is told');

update analytics.audit_state set history_relation = 1;
select analytics.audit_pass();
select is((select epoch from analytics.audit_state), 3, 'another history table begins an epoch');

insert into cron.job_run_details (runid, jobid, status) select 2, jobid, 'running' from cron.job where jobname = 'probe-a';
select analytics.audit_pass();
update analytics.audit_state set system_identifier = 'another';
select analytics.audit_pass();
select is((select epoch from analytics.audit_state), 4, 'another cluster begins an epoch');
select is((select count(*) from analytics.open_runs where epoch = 4 and runid = 2), 1::bigint, 'in which its open runs are still awaited');

select * from finish();
rollback;

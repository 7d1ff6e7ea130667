begin;
select plan(6);

create function pg_temp.plant(job text, status text, message text default null, started timestamptz default now(), ended timestamptz default now())
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, started, ended
    from cron.job as j where j.jobname = job
    returning runid;
$$;
select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1');
select analytics.audit_pass();
select pg_temp.plant('probe-a', 'failed', 'ERROR:  x');

create temporary table dry as select analytics.audit_pass(dry_run => true) as answer, (select low_runid from analytics.audit_state) as low_runid;
select is((select answer ->> 'opened' from dry), '1', 'it finds the failure');
select ok((select answer -> 'alerts' @> '[{"payload": {"subject": "probe-a"}}]' from dry), 'and shows the alert');
select is((select count(*) from analytics.incidents where subject = 'probe-a'), 0::bigint, 'no incident is written');
select is((select count(*) from analytics.outbox where payload ->> 'subject' = 'probe-a'), 0::bigint, 'no alert is written');
select is((select low_runid from analytics.audit_state), (select low_runid from dry), 'the watermark stays');
select is(analytics.audit_pass() ->> 'opened', (select answer ->> 'opened' from dry), 'the real pass then finds the same');

select * from finish();
rollback;

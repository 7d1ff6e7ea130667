begin;
select plan(9);

create function pg_temp.plant(job text, status text, message text default null, started timestamptz default now(), ended timestamptz default now())
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, started, ended
    from cron.job as j where j.jobname = job
    returning runid;
$$;
select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1');
select analytics.register_job('probe-m', '0 0 1 1 *', 'select 1');
update analytics.scheduled_jobs set failure_threshold = 3, recovery_threshold = 2, severity = 'warning' where job_name = 'probe-a';
update analytics.scheduled_jobs set muted_until = now() + interval '1 day' where job_name = 'probe-m';
select analytics.audit_pass();

select pg_temp.plant('probe-a', 'failed', 'ERROR:  1', now() - interval '2 hours', now() - interval '2 hours');
select pg_temp.plant('probe-a', 'failed', 'ERROR:  2');
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where subject = 'probe-a'), 0::bigint, 'two failures are below a threshold of three');
select pg_temp.plant('probe-a', 'failed', 'ERROR:  3');
select analytics.audit_pass();
select results_eq(
    $$ select severity, occurrence_count, first_seen_at from analytics.incidents where subject = 'probe-a' $$,
    $$ values ('warning', 3::bigint, now() - interval '2 hours') $$,
    'the third opens the incident, which knows the first, at the severity of the job'
);
select pg_temp.plant('probe-a', 'succeeded', '1 row');
select analytics.audit_pass();
select is((select closed_at from analytics.incidents where subject = 'probe-a'), null, 'one success is below a threshold of two');
select pg_temp.plant('probe-a', 'failed', 'ERROR:  4');
select pg_temp.plant('probe-a', 'succeeded', '1 row');
select pg_temp.plant('probe-a', 'succeeded', '1 row');
select analytics.audit_pass();
select is((select resolution from analytics.incidents where subject = 'probe-a'), 'recovered', 'two in a row close it');

select pg_temp.plant('probe-m', 'failed', 'ERROR:  m');
select analytics.audit_pass();
select results_eq(
    $$ select closed_at is null, announced_at from analytics.incidents where subject = 'probe-m' $$,
    $$ values (true, null::timestamptz) $$,
    'an incident of a muted job is recorded'
);
select is((select count(*) from analytics.outbox where payload ->> 'subject' = 'probe-m'), 0::bigint, 'and not told');
update analytics.scheduled_jobs set muted_until = now() - interval '1 second' where job_name = 'probe-m';
select analytics.audit_pass();
select is((select count(*) from analytics.outbox where payload ->> 'subject' = 'probe-m'), 1::bigint, 'while it is open it is told when the mute ends');

update analytics.scheduled_jobs set muted_until = now() + interval '1 day' where job_name = 'probe-a';
select pg_temp.plant('probe-a', 'failed', 'ERROR:  ' || n) from generate_series(5, 7) as n;
select pg_temp.plant('probe-a', 'succeeded', '1 row') from generate_series(1, 2);
select analytics.audit_pass();
update analytics.scheduled_jobs set muted_until = null where job_name = 'probe-a';
select analytics.audit_pass();
select is((select count(*) from analytics.outbox where payload ->> 'subject' = 'probe-a'), 2::bigint, 'one that was over before the mute ended stays untold');
select ok(not exists (select from analytics.outbox as o where o.transition = 'recovered' and not exists (select from analytics.outbox as f where f.incident_id = o.incident_id and f.transition = 'opened')), 'no recovery is told of what was never told');

select * from finish();
rollback;

begin;
select plan(6);

select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1');
update analytics.scheduled_jobs set failure_threshold = 3, muted_until = '2030-01-01' where job_name = 'probe-a';
select analytics.register_job('probe-a', '0 1 1 1 *', 'select 2', '1 minute', '5 minutes');
select results_eq(
    $$ select schedule, command from cron.job where jobname = 'probe-a' $$,
    $$ values ('0 1 1 1 *', 'select 2') $$,
    'the same name replaces the job'
);
select results_eq(
    $$ select schedule, command_fingerprint, owner::text, database::text, late_after, max_runtime from analytics.scheduled_jobs where job_name = 'probe-a' $$,
    $$ select '0 1 1 1 *', encode(sha256('select 2'), 'hex'), current_user::text, current_database()::text, interval '1 minute', interval '5 minutes' $$,
    'and its declaration'
);
select results_eq(
    $$ select failure_threshold, muted_until from analytics.scheduled_jobs where job_name = 'probe-a' $$,
    $$ values (3, '2030-01-01'::timestamptz) $$,
    'what a person set stays'
);
select freshet.withdraw_job('probe-a'), freshet.withdraw_job('probe-a');
select is((select count(*) from analytics.scheduled_jobs where job_name = 'probe-a'), 0::bigint, 'a declaration can be withdrawn, twice');

select results_eq(
    $$ select j.jobname::text from cron.job as j left join analytics.scheduled_jobs as d
        on d.job_name = j.jobname and d.schedule = j.schedule and d.command_fingerprint = freshet.command_fingerprint(j.command)
        where j.jobname <> 'probe-a' and d.job_name is null $$,
    $$ select null::text where false $$,
    'every job that the migrations scheduled is declared as it is'
);
select is((select schedule from analytics.scheduled_jobs where job_name = 'analytics-cron-audit'), '*/5 * * * *', 'the audit''s own job too');

select * from finish();
rollback;

begin;
select plan(9);

create function pg_temp.plant(job text, status text, message text default null, started timestamptz default now(), ended timestamptz default now())
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, started, ended
    from cron.job as j where j.jobname = job
    returning runid;
$$;
select analytics.register_job('probe-a', '0 0 1 1 *', $$set statement_timeout = '100s'; select 1$$);
select analytics.register_job('probe-b', '0 0 1 1 *', $$set statement_timeout to '10 min'; select 1$$);
select analytics.register_job('probe-c', '0 0 1 1 *', 'select 1');
select is(freshet.time_limit_of_job('probe-a'), interval '100 seconds', 'the limit stands in the command');
select is(freshet.time_limit_of_job('probe-b'), interval '10 minutes', 'in whatever unit');
select is(freshet.time_limit_of_job('probe-c'), interval '2 minutes', 'else it is that of the role');
select analytics.audit_pass();

select pg_temp.plant('probe-a', 'failed', E'ERROR:  canceling statement due to statement timeout\n');
select analytics.audit_pass();
select results_eq(
    $$ select kind, subject from analytics.incidents where opened_at >= now() and kind not like 'http%' $$,
    $$ values ('timed_out', 'probe-a') $$,
    'a run that its limit has ended is one incident, and not also a failure'
);
select pg_temp.plant('probe-a', 'succeeded', '1 row', now(), now() + interval '10 s');
select analytics.audit_pass();
select is((select resolution from analytics.incidents where kind = 'timed_out'), 'recovered', 'a success ends it');

select pg_temp.plant('probe-' || job, 'succeeded', '1 row', now(), now() + interval '71 s')
from unnest(array['a', 'b', 'a', 'b', 'a']) as job;
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where kind = 'near_timeout'), 0::bigint, 'four runs say little');
select pg_temp.plant('probe-a', 'succeeded', '1 row', now(), now() + interval '10 s');
select analytics.audit_pass();
select results_eq(
    $$ select subject, severity, evidence ->> 'message' from analytics.incidents where kind = 'near_timeout' $$,
    $$ values ('probe-a', 'warning', '3 of the last 5 runs took more than 70 % of the limit of 100 seconds, the slowest 71.0 seconds') $$,
    'of five runs three near the limit are a warning'
);
select pg_temp.plant('probe-a', 'succeeded', '1 row', now(), now() + interval '10 s') from generate_series(1, 3);
select analytics.audit_pass();
select is((select closed_at from analytics.incidents where kind = 'near_timeout'), null, 'while one of the last five was slow');
select pg_temp.plant('probe-a', 'succeeded', '1 row', now(), now() + interval '10 s');
select analytics.audit_pass();
select is((select resolution from analytics.incidents where kind = 'near_timeout'), 'recovered', 'five good ones end it');

select * from finish();
rollback;

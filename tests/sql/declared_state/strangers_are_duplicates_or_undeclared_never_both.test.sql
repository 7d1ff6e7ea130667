begin;
select plan(8);

create function pg_temp.open_now()
returns table (kind text, subject text) language sql as $$
    select i.kind, i.subject from analytics.incidents as i
    where i.closed_at is null and i.kind in ('undeclared', 'duplicated') order by 1, 2;
$$;
select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1');
select analytics.register_job('probe-b', '0 1 1 1 *', 'select 1');
select analytics.audit_pass();
select is_empty('select * from pg_temp.open_now()', 'one command, declared twice, is meant');

select cron.schedule('probe-c', '0 2 1 1 *', 'select 3');
select analytics.audit_pass();
select results_eq('select * from pg_temp.open_now()', $$ values ('undeclared', 'probe-c') $$, 'a job that nobody declared is told');
select is((select severity from analytics.incidents where kind = 'undeclared'), 'info', 'quietly');
select analytics.adopt_job('probe-c');
select analytics.audit_pass();
select is_empty('select * from pg_temp.open_now()', 'until it is adopted');

select cron.schedule('0 3 1 1 *', 'select 3');
select analytics.audit_pass();
select results_eq(
    'select * from pg_temp.open_now()', $$ values ('duplicated', 'probe-c') $$,
    'the command of a declared job without a name is its duplicate, and only that'
);
select cron.unschedule(jobid) from cron.job where jobname is null;
select analytics.audit_pass();
select is_empty('select * from pg_temp.open_now()', 'until it is unscheduled');

select cron.schedule('0 4 1 1 *', 'select 4'), cron.schedule('0 4 1 1 *', 'select 4'), cron.schedule('0 5 1 1 *', 'select 4');
select analytics.audit_pass();
select results_eq(
    'select kind from pg_temp.open_now()', $$ values ('duplicated'), ('undeclared'), ('undeclared') $$,
    'scheduled twice without a name, one is the duplicate of the other; at another time it is work of its own'
);
select throws_ok(
    $$ select analytics.adopt_job('jobid:' || min(jobid)) from cron.job where jobname is null $$, 'P0002', null,
    'a job without a name cannot be adopted'
);

select * from finish();
rollback;

begin;
select plan(8);

create function pg_temp.plant(job text, status text, message text default null, started timestamptz default now(), ended timestamptz default now())
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, started, ended
    from cron.job as j where j.jobname = job
    returning runid;
$$;
select analytics.register_job('probe-' || n, '0 0 1 1 *', 'select 1') from generate_series(1, 45) as n;
select analytics.audit_pass();

select pg_temp.plant('probe-' || n, 'failed', 'ERROR:  x') from generate_series(1, 19) as n;
select analytics.audit_pass();
select is((select count(*) from analytics.outbox where payload ->> 'subject' like 'probe-%'), 19::bigint, 'nineteen are told one by one');

select pg_temp.plant('probe-' || n, 'failed', 'ERROR:  x') from generate_series(20, 45) as n;
select analytics.audit_pass();
select is((select count(*) from analytics.outbox where payload ->> 'subject' like 'probe-%'), 19::bigint, 'twenty-six at once are not');
select results_eq(
    $$ select payload ->> 'incident_count', severity from analytics.outbox join analytics.incidents using (incident_id) where kind = 'storm' $$,
    $$ values ('26', 'fatal') $$,
    'one storm with their count is told instead'
);
select is((select count(*) from analytics.incidents where cause_id is not null and subject like 'probe-%'), 26::bigint, 'it speaks for each of them');

select pg_temp.plant('probe-' || n, 'succeeded', '1 row') from generate_series(20, 44) as n;
select analytics.audit_pass();
select is((select closed_at from analytics.incidents where kind = 'storm'), null, 'it goes on while one of them is open');
select is((select count(*) from analytics.outbox where transition = 'recovered'), 0::bigint, 'and recoveries of what was not told are not told');
select pg_temp.plant('probe-45', 'succeeded', '1 row');
select analytics.audit_pass();
select is((select resolution from analytics.incidents where kind = 'storm'), 'recovered', 'it is over with the last of them');
select is((select count(*) from analytics.outbox where transition = 'recovered' and payload ->> 'kind' = 'storm'), 1::bigint, 'which is told once');

select * from finish();
rollback;

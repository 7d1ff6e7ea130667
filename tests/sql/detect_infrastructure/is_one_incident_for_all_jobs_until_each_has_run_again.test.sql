begin;
select plan(7);

create function pg_temp.plant(job text, status text, message text default null, started timestamptz default now(), ended timestamptz default now())
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, started, ended
    from cron.job as j where j.jobname = job
    returning runid;
$$;
select analytics.register_job('probe-' || n, '0 0 1 1 *', 'select 1') from generate_series(1, 7) as n;
select analytics.audit_pass();

select pg_temp.plant('probe-1', 'failed', 'connection failed', null, null);
select pg_temp.plant('probe-2', 'failed', 'job startup timeout', null, null);
select pg_temp.plant('probe-3', 'failed', 'could not start background process; more details may be available in the server log', null, null);
select pg_temp.plant('probe-4', 'failed', 'connection lost', now(), null);
select pg_temp.plant('probe-5', 'failed', 'unable to create a DSM segment; more details may be available in the server log', null, null);
select pg_temp.plant('probe-6', 'failed', E'FATAL:  sorry, too many clients already\n', now(), now());
select analytics.audit_pass();
select results_eq(
    $$ select kind, subject, occurrence_count, (evidence ->> 'job_count')::integer from analytics.incidents where opened_at >= now() and kind not like 'http%' $$,
    $$ values ('infrastructure', 'pg_cron', 6::bigint, 6) $$,
    'what struck six jobs is one incident, and no failure of any of them'
);
select matches((select evidence ->> 'message' from analytics.incidents where kind = 'infrastructure'), 'probe-1, probe-2', 'which names them');

select pg_temp.plant('probe-' || n, 'succeeded', '1 row') from generate_series(1, 4) as n;
select pg_temp.plant('probe-5', 'failed', 'ERROR:  its own fault');
select analytics.audit_pass();
select is((select closed_at from analytics.incidents where kind = 'infrastructure'), null, 'it lasts while one of them has not run again');
select is((select count(*) from analytics.incidents where kind = 'failed' and subject = 'probe-5'), 1::bigint, 'a run that fails by itself has run');
select pg_temp.plant('probe-6', 'succeeded', '1 row');
select analytics.audit_pass();
select is((select resolution from analytics.incidents where kind = 'infrastructure'), 'recovered', 'and is over when the last one has');

select pg_temp.plant('probe-7', 'failed', 'connection failed', null, null);
select analytics.audit_pass();
select is((select job_name from analytics.incidents where kind = 'infrastructure' and closed_at is null), 'probe-7', 'one that strikes a single job can be muted like it');
select cron.unschedule('probe-7'), freshet.withdraw_job('probe-7');
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where kind = 'infrastructure' and closed_at is null), 0::bigint, 'and ends with the job');

select * from finish();
rollback;

begin;
select plan(15);

create function pg_temp.plant(job text, status text, message text default null, started timestamptz default now(), ended timestamptz default now())
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, started, ended
    from cron.job as j where j.jobname = job
    returning runid;
$$;
select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1');
select analytics.audit_pass();

select pg_temp.plant('probe-a', 'failed', E'ERROR:  refresh of analytics.mv_a failed [42P01]: relation "x" does not exist\n') as first_failure;
select is(analytics.audit_pass() ->> 'outcome', 'bad', 'a pass with an open incident is bad');
select results_eq(
    $$ select fingerprint, severity, occurrence_count, evidence ->> 'sqlstate', evidence ->> 'schedule', closed_at is null
        from analytics.incidents where subject = 'probe-a' $$,
    $$ values ('failed:probe-a', 'error', 1::bigint, '42P01', '0 0 1 1 *', true) $$,
    'one incident is open, with the sqlstate of the message'
);
select is((select (evidence ->> 'runid')::bigint from analytics.incidents where subject = 'probe-a'), (select max(runid) from cron.job_run_details), 'it names the run');
select results_eq(
    $$ select transition, state from analytics.outbox where payload ->> 'subject' = 'probe-a' $$,
    $$ values ('opened', 'pending') $$,
    'its alert waits in the outbox'
);
select matches((select event_id from analytics.outbox where payload ->> 'subject' = 'probe-a'), '^[0-9a-f]{32}$', 'with an event id');

select is((select count(*) from (select analytics.audit_pass(), analytics.audit_pass()) as again), 1::bigint, 'auditing again …');
select is((select occurrence_count from analytics.incidents where subject = 'probe-a'), 1::bigint, '… counts no run twice');
select is((select count(*) from analytics.outbox where payload ->> 'subject' = 'probe-a'), 1::bigint, '… and tells nothing twice');

select pg_temp.plant('probe-a', 'failed', 'ERROR:  again');
select pg_temp.plant('probe-a', 'failed', 'ERROR:  and again');
select analytics.audit_pass();
select is((select occurrence_count from analytics.incidents where subject = 'probe-a'), 3::bigint, 'an open incident counts its failures');

select pg_temp.plant('probe-a', 'succeeded', '1 row');
select analytics.audit_pass();
select results_eq(
    $$ select resolution, closed_at is not null from analytics.incidents where subject = 'probe-a' $$,
    $$ values ('recovered', true) $$,
    'a success closes it'
);
select results_eq(
    $$ select transition from analytics.outbox where payload ->> 'subject' = 'probe-a' order by transition $$,
    $$ values ('opened'), ('recovered') $$,
    'and the recovery is told'
);

select pg_temp.plant('probe-a', 'failed', 'ERROR:  once more');
select pg_temp.plant('probe-a', 'succeeded', '1 row');
select analytics.audit_pass();
select results_eq(
    $$ select closed_at is null, announced_at is not null from analytics.incidents where subject = 'probe-a' order by incident_id offset 1 $$, $$ values (true, true) $$,
    'a failure that recovered between two passes is told …'
);
select is((select count(*) from analytics.outbox where payload ->> 'subject' = 'probe-a'), 3::bigint, '… as one step');
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where subject = 'probe-a' and closed_at is not null), 2::bigint, 'and is over in the next one, though no run came');
select is((select count(distinct event_id) from analytics.outbox where payload ->> 'subject' = 'probe-a'), 4::bigint, 'with event ids of its own');

select * from finish();
rollback;

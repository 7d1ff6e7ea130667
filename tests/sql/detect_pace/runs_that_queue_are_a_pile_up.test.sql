begin;
select plan(6);

create function pg_temp.plant(job text, status text, message text default null, started timestamptz default now(), ended timestamptz default now())
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, started, ended
    from cron.job as j where j.jobname = job
    returning runid;
$$;
select analytics.register_job('probe-a', '* * * * *', 'select 1'), analytics.register_job('probe-b', '* * * * *', 'select 1');
select analytics.audit_pass();

-- probe-a takes 150 seconds and starts again at once; probe-b takes 50 and waits for its slot.
select pg_temp.plant('probe-a', 'succeeded', '1 row', '2026-01-01 10:00:00+00', '2026-01-01 10:02:30+00');
select pg_temp.plant('probe-b', 'succeeded', '1 row', '2026-01-01 10:00:00+00', '2026-01-01 10:00:50+00');
select pg_temp.plant('probe-a', 'succeeded', '1 row', '2026-01-01 10:02:30.1+00', '2026-01-01 10:05:00+00');
select pg_temp.plant('probe-b', 'succeeded', '1 row', '2026-01-01 10:01:00+00', '2026-01-01 10:01:50+00');
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where kind = 'pile_up'), 0::bigint, 'one run that had to wait is no pile-up');
select pg_temp.plant('probe-a', 'succeeded', '1 row', '2026-01-01 10:05:00.1+00', '2026-01-01 10:07:30+00');
select pg_temp.plant('probe-b', 'succeeded', '1 row', '2026-01-01 10:02:00+00', '2026-01-01 10:02:50+00');
select analytics.audit_pass();
select results_eq(
    $$ select subject, evidence ->> 'message' from analytics.incidents where kind = 'pile_up' $$,
    $$ values ('probe-a', '2 runs in a row began when the one before them ended; the last took 150 seconds') $$,
    'two in a row are'
);
select pg_temp.plant('probe-b', 'succeeded', '1 row', '2026-01-01 10:03:00+00', '2026-01-01 10:03:50+00');
select analytics.audit_pass();
select is((select closed_at from analytics.incidents where kind = 'pile_up'), null, 'it lasts until the job itself shows better');
select pg_temp.plant('probe-a', 'succeeded', '1 row', '2026-01-01 10:09:00+00', '2026-01-01 10:09:30+00');
select analytics.audit_pass();
select is((select resolution from analytics.incidents where kind = 'pile_up'), 'recovered', 'which is a run that began in its slot');

-- A scheduler that catches up after a pause starts short runs one after the other.
select pg_temp.plant('probe-b', 'succeeded', '1 row', '2026-01-01 11:00:00+00'::timestamptz + n * interval '1.2 s', '2026-01-01 11:00:01+00'::timestamptz + n * interval '1.2 s')
from generate_series(1, 5) as n;
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where kind = 'pile_up'), 1::bigint, 'short runs that are caught up with are no pile-up');
select is(freshet.seconds_of_schedule('30 seconds'), 30, 'a schedule in seconds has its own measure');

select * from finish();
rollback;

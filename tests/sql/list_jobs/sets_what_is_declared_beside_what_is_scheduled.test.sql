begin;
select plan(10);

create function pg_temp.job(name text) returns jsonb language sql as $$
    select analytics.list_jobs(job => name) -> 'rows' -> 0;
$$;
create function pg_temp.names(answer jsonb) returns text[] language sql as $$
    select coalesce(array_agg(r.value ->> 'job' order by r.ordinality), '{}') from jsonb_array_elements(answer -> 'rows') with ordinality as r;
$$;

select analytics.register_job(job_name => 'probe-a', schedule => '0 0 1 1 *', command => 'select 1');
select cron.schedule('probe-b', '0 0 1 1 *', 'select ''sb_secret_of_somebody''');
select analytics.register_job(job_name => 'probe-c', schedule => '0 0 1 1 *', command => 'select 1');
select cron.unschedule('probe-c');

select results_eq(
    $$ select j ->> 'is_declared', j ->> 'scheduled_count', j ->> 'is_as_declared', j ->> 'late_after_seconds'
       from (values (pg_temp.job('probe-a')), (pg_temp.job('probe-b')), (pg_temp.job('probe-c'))) as v (j) $$,
    $$ values ('true', '1', 'true', '300'), ('false', '1', 'false', null), ('true', '0', 'false', '300') $$,
    'a job is declared, scheduled, or both'
);
select cron.schedule('probe-a', '0 0 1 1 *', 'select 2');
select is(pg_temp.job('probe-a') ->> 'is_as_declared', 'false', 'an edited command is seen');
select ok(analytics.list_jobs()::text !~ 'sb_secret', 'no command goes out');
select is(pg_temp.job('refresh-mv_agent_progress') ->> 'view', 'mv_agent_progress', 'the job of a view names it');

insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
select (select coalesce(max(runid), 0) from cron.job_run_details) + n, jobid, 'failed', E'ERROR:  ' || n || E'\n', now(), now()
from cron.job, generate_series(1, 2) as n where jobname = 'probe-a';
select is(pg_temp.job('probe-a') -> 'last_run' ->> 'message', 'ERROR:  2', 'the last run is the one with the highest runid');
select is(pg_temp.job('probe-b') -> 'last_run', 'null', 'a job may have none');
select analytics.audit_pass();
select ok(pg_temp.job('probe-a') -> 'open_incidents' @> '[{"kind": "failed"}]', 'what is open about it stands beside it');

insert into analytics.job_slots (job_name, next_slot_at) values ('probe-a', '2030-01-01 00:00:00+00')
on conflict (job_name) do update set next_slot_at = excluded.next_slot_at;
select is(pg_temp.job('probe-a') ->> 'next_slot_at', '2030-01-01T00:00:00+00:00', 'and when it runs next');

select is(pg_temp.names(analytics.list_jobs(after_job => 'probe-a', page_size => 1)), array['probe-b'], 'pages go by name');
select is(analytics.list_jobs(after_job => 'probe-a', page_size => 1) ->> 'next_cursor', 'probe-b', 'and the last name is the cursor');

select * from finish();
rollback;

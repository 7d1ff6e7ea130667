-- The scheduler runs meanwhile: one snapshot keeps its runs out of this history.
begin isolation level repeatable read;
select plan(8);

create function pg_temp.runids(answer jsonb) returns bigint[] language sql as $$
    select coalesce(array_agg((r.value ->> 'runid')::bigint order by r.ordinality), '{}') from jsonb_array_elements(answer -> 'rows') with ordinality as r;
$$;

delete from cron.job_run_details;
select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1'), analytics.register_job('probe-b', '0 0 1 1 *', 'select 1');
insert into cron.job_run_details (runid, jobid, status, start_time, end_time)
select n, (select jobid from cron.job where jobname = case when n in (2, 9) then 'probe-a' else 'probe-b' end),
    case when n = 10 then 'running' when n % 4 = 0 then 'failed' else 'succeeded' end, now() - interval '1500 ms', case when n < 10 then now() end
from generate_series(1, 10) as n;

select is(pg_temp.runids(analytics.list_runs(page_size => 3)), array[10, 9, 8]::bigint[], 'the newest come first');
select is(analytics.list_runs(page_size => 3) ->> 'next_cursor', '8', 'the cursor is the last runid');
select is(pg_temp.runids(analytics.list_runs(page_size => 3, before_runid => 3)), array[2, 1]::bigint[], 'and begins below it');
select is(pg_temp.runids(analytics.list_runs(job => 'probe-b', status => 'failed')), array[8, 4]::bigint[], 'by job and status');

select is(analytics.list_runs(job => 'probe-a', window_size => 5), jsonb_set(analytics.list_runs(job => 'probe-a', page_size => 1), '{next_cursor}', '"6"'), 'a page that looked at its window ends there, full or not');
select is(pg_temp.runids(analytics.list_runs(job => 'probe-a', window_size => 5, before_runid => 6)), array[2]::bigint[], 'and its cursor goes on');

select is(analytics.list_runs(page_size => 1, before_runid => 10) -> 'rows' -> 0 ->> 'duration_ms', '1500', 'a run that ended has a duration');
delete from analytics.known_jobs;
select analytics.audit_pass();
select cron.unschedule('probe-a');
select is(pg_temp.runids(analytics.list_runs(job => 'probe-a')), array[9, 2]::bigint[], 'the runs of a job that is gone keep its name');

select * from finish();
rollback;

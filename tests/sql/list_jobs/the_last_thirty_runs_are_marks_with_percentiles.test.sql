-- The scheduler runs meanwhile: one snapshot keeps its runs out of this history.
begin isolation level repeatable read;
select plan(7);

create function pg_temp.job(name text) returns jsonb language sql as $$
    select analytics.list_jobs(job => name) -> 'rows' -> 0;
$$;
select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1'), analytics.register_job('probe-b', '0 0 1 1 *', 'select 1');
select is(
    array[pg_temp.job('probe-a') -> 'recent_runs', pg_temp.job('probe-a') -> 'p50_ms', pg_temp.job('probe-a') -> 'p95_ms'],
    array['[]', 'null', 'null']::jsonb[], 'a job without a run has no mark and no percentile'
);

-- 40 runs of n milliseconds, of which each tenth failed and the last one still runs; those of another job between them.
insert into cron.job_run_details (runid, jobid, status, start_time, end_time)
select
    (select coalesce(max(d.runid), 0) from cron.job_run_details as d) + 2 * n + (j.jobname = 'probe-a')::integer, j.jobid,
    case when n = 40 then 'running' when n % 10 = 0 then 'failed' else 'succeeded' end,
    now(), case when n < 40 then now() + n * interval '1 millisecond' end
from generate_series(1, 40) as n, cron.job as j where j.jobname in ('probe-a', 'probe-b');

select is(jsonb_array_length(pg_temp.job('probe-a') -> 'recent_runs'), 30, 'the last thirty');
select results_eq(
    $$ select (r.value ->> 'runid')::bigint, r.value ->> 'status', (r.value ->> 'duration_ms')::integer
       from jsonb_array_elements(pg_temp.job('probe-a') -> 'recent_runs') with ordinality as r order by r.ordinality limit 12 $$,
    $$ select d.runid, d.status, (extract(milliseconds from d.end_time) - extract(milliseconds from d.start_time))::integer % 60000
       from cron.job_run_details as d join cron.job as j using (jobid) where j.jobname = 'probe-a' order by d.runid desc limit 12 $$,
    'newest first, and none of another job'
);
-- 11 to 39 without 20 and 30: 27 durations. By the nearest rank, the 14th and the 26th.
select is(pg_temp.job('probe-a') ->> 'p50_ms', '25', 'the median of those that succeeded');
select is(pg_temp.job('probe-a') ->> 'p95_ms', '38', 'and their 95th percentile');
select is(
    pg_temp.job('probe-a') #>> '{last_run,runid}', pg_temp.job('probe-a') #>> '{recent_runs,0,runid}', 'the last run is the first mark'
);
select is(pg_temp.job('probe-a') #>> '{last_run,status}', 'running', 'also while it runs');

select * from finish();
rollback;

begin;
select plan(21);

create temporary table days as select (now() at time zone 'UTC')::date - 1 as closed;
delete from analytics.study_batches;
create function pg_temp.nights(days_counts integer[]) returns void language sql
as $$
    delete from analytics.study_batches;
    -- The first is the latest: last night. Then the one before it, and so on.
    insert into analytics.study_batches (stat_date, started_at, finished_at, days_count)
    select closed - n + 1, now(), now(), days_counts[n] from days, generate_subscripts(days_counts, 1) as n
    where days_counts[n] is not null
$$;
create function pg_temp.shortfall() returns text language sql
as $$ select freshet.study_batch_shortfall(stat_date, days_count) from analytics.study_batches, days where stat_date = closed $$;

update analytics.scheduled_jobs set declared_at = now() where job_name = 'aggregate-study-days';
select is(analytics.check_study_batch(), null, 'a project that was deployed today had no night yet');
update analytics.scheduled_jobs set declared_at = declared_at - interval '1 day' where job_name = 'aggregate-study-days';
select throws_ok('select analytics.check_study_batch()', '22000', (select format('study batch of %s: never began', closed) from days), 'a night without a batch fails the check');
insert into analytics.study_batches (stat_date) select closed from days;
select is(analytics.check_study_batch(), null, 'a batch that has just begun is at work');
delete from analytics.study_batches;
insert into analytics.study_batches (stat_date, started_at, users_count) select closed, '2026-01-01 00:05+00', 2000 from days;
select throws_like('select analytics.check_study_batch()', 'study batch of %: is not finished: 2000 users done since 2026-01-01 00:05:00%', 'one that is not finished fails it');
update analytics.study_batches set finished_at = now();
select is(analytics.check_study_batch(), (select closed from days), 'one that is finished passes it');

select pg_temp.nights(array[49] || array_fill(100, array[7]));
select is(
    pg_temp.shortfall(),
    '49 days of users were aggregated, expected at least half of 100, the smallest number of the last 7 nights without an error',
    'less than half of the smallest night is too little'
);
select pg_temp.nights(array[50] || array_fill(100, array[7]));
select is(pg_temp.shortfall(), null, 'half of it is enough');
select pg_temp.nights(array[40, 500, 500, 70, 500, 500, 500, 500, 90000]);
select is(pg_temp.shortfall(), null, 'a weekend, or one large night, makes no ordinary night look small');
select pg_temp.nights(array[0, 3, 3, 3, 3, 3, 3, 3]);
select isnt(pg_temp.shortfall(), null, 'nothing at all is too little, however small the nights are');
select pg_temp.nights(array[1, 19, 19, 19, 19, 19, 19, 19]);
select is(pg_temp.shortfall(), null, 'few of few are not');
select pg_temp.nights(array[0, 0, 500, 500, 500, 500, 500, 500, 500]);
select is(pg_temp.shortfall(), null, 'nor is nothing where a night of nothing was usual');
select pg_temp.nights(array[1, 100, 100, 100, 100, 100, 100]);
select is(pg_temp.shortfall(), null, 'six nights do not say what is usual');
select pg_temp.nights(array[1] || array_fill(100, array[14]) || array[1]);
select isnt(pg_temp.shortfall(), null, 'what is older than 14 nights is forgotten');
select pg_temp.nights(array[1, 1] || array_fill(100, array[7]));
update analytics.study_batches as b set error = 'planted' from days where b.stat_date = closed - 1;
select isnt(pg_temp.shortfall(), null, 'a night with an error does not say what is usual');

-- The whole way: the batch of a night in which no events arrived.
select pg_temp.nights(array[null::integer] || array_fill(100, array[7]));
select freshet.begin_study_batch();
select freshet.continue_study_batch();
select throws_like('select analytics.check_study_batch()', 'study batch of %: 0 days of users were aggregated, expected at least half of 100%', 'a night without events fails the check');
update analytics.study_batches as b set error = null from days where b.stat_date = closed;
select is(analytics.check_study_batch(), (select closed from days), 'until an operator accepts it');

select results_eq(
    $$ select d.job_name, j.schedule, j.command = d.command, d.max_runtime from cron.job as j join analytics.scheduled_jobs as d on d.job_name = j.jobname
       where j.jobname in ('aggregate-study-days', 'check-study-batch') order by d.job_name $$,
    $$ values ('aggregate-study-days', '5 0 * * *', true, interval '2 minutes'), ('check-study-batch', '15 6-23 * * *', true, interval '2 minutes') $$,
    'both jobs are scheduled and declared to the audit'
);
select lives_ok((select command from cron.job where jobname = 'check-study-batch'), 'the check''s command runs');


-- What the audit makes of the check's runs.
create function pg_temp.ran(status text, message text) returns void language sql
as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, now(), now()
    from cron.job as j where j.jobname = 'check-study-batch'
$$;
select analytics.audit_pass();
select pg_temp.ran('failed', E'ERROR:  study batch of 2026-11-29: is not finished: 2000 users done\n');
select analytics.audit_pass();
prepare incidents as select kind, severity, closed_at is null from analytics.incidents where subject = 'check-study-batch' and opened_at >= now();
select results_eq('incidents', $$ values ('failed', 'error', true) $$, 'a check that fails is an incident');
select pg_temp.ran('failed', E'ERROR:  study batch of 2026-11-29: is not finished: 3000 users done\n');
select analytics.audit_pass();
select results_eq('incidents', $$ values ('failed', 'error', true) $$, 'an hour later it is the same one');
select pg_temp.ran('succeeded', '1 row');
select analytics.audit_pass();
select results_eq('incidents', $$ values ('failed', 'error', false) $$, 'a check that passes ends it');

select * from finish();
rollback;

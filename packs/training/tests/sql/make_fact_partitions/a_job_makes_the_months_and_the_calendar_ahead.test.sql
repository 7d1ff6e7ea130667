begin;
select plan(6);

select results_eq(
    $$ select j.schedule, d.command = j.command, j.command like '%set lock_timeout = ''5s'';%' from cron.job as j join analytics.scheduled_jobs as d on d.job_name = j.jobname where j.jobname = 'make-months-ahead' $$,
    $$ values ('10 0 * * *', true, true) $$,
    'it is scheduled and declared'
);
-- As if nobody had made anything for a while.
select analytics.make_fact_partitions(m::date, m::date) from (select date_trunc('month', now() at time zone 'UTC') + interval '12 months' as m) as x;
create temporary table made as
select c.relname from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
where i.inhparent = 'analytics.fact_scenario_attempts'::regclass and c.relname <> 'fact_scenario_attempts_default';
select is((select count(*) from made), 14::bigint, 'last month, this one and twelve more');
do $$
declare
    name text;
begin
    for name in select relname from made order by relname desc limit 3 loop
        execute format('drop table analytics.%I', name);
    end loop;
end
$$;
delete from analytics.dim_time where year > extract(year from now()) + 2;

select lives_ok((select command from cron.job where jobname = 'make-months-ahead'), 'its command runs');
select is(
    (select count(*) from pg_inherits where inhparent = 'analytics.fact_scenario_attempts'::regclass), 15::bigint,
    'and makes what is missing, beside the default partition'
);
select is((select max(date_key) from analytics.dim_time), make_date(extract(year from now() at time zone 'UTC')::integer + 5, 12, 31), 'the calendar ends five years ahead');
select is(
    (select count(*) from analytics.dim_time),
    (make_date(extract(year from now() at time zone 'UTC')::integer + 6, 1, 1) - make_date(extract(year from now() at time zone 'UTC')::integer - 5, 1, 1))::bigint,
    'begins five years back, and has no gap'
);

select * from finish();
rollback;

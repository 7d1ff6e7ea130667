begin;
select plan(11);

create function pg_temp.plant(job text, status text, message text default null, owner text default null)
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time, username)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, clock_timestamp(), clock_timestamp(), owner
    from cron.job as j where j.jobname = job and j.username = coalesce(owner, j.username)
    returning runid;
$$;
create function pg_temp.told() returns table (transition text, kind text) language sql as $$
    select o.transition, o.payload ->> 'kind' from analytics.outbox as o where o.payload ->> 'job' = 'probe-a' order by o.created_at, o.incident_id;
$$;
create function pg_temp.half_an_hour_of(statuses text[]) returns void language plpgsql as $$
begin
    for pass in 1..6 loop
        perform pg_temp.plant('probe-a', s, case s when 'failed' then 'ERROR:  every other' end) from unnest(statuses) with ordinality as u (s, place) order by place;
        perform analytics.audit_pass();
    end loop;
end $$;
select analytics.register_job('probe-a', '* * * * *', 'select 1');
select analytics.audit_pass();

select pg_temp.half_an_hour_of('{failed,succeeded,failed,succeeded,failed}');
select results_eq('select * from pg_temp.told()', $$ values ('opened', 'failed') $$, 'thirty runs of which every other fails are told once, and not as recovered');
select is((select occurrence_count from analytics.incidents where subject = 'probe-a'), 18::bigint, 'and every failure is counted');
select pg_temp.half_an_hour_of('{succeeded,failed,succeeded,failed,succeeded}');
select results_eq('select * from pg_temp.told()', $$ values ('opened', 'failed') $$, 'also where each pass ends with a good run');
select is(analytics.get_audit_health() -> 'reasons' @> '["failed:probe-a"]', true, 'and health is red all the time');

select pg_temp.plant('probe-a', 'succeeded') from generate_series(1, 3);
select analytics.audit_pass();
select is((select closed_at from analytics.incidents where subject = 'probe-a'), null, 'four good minutes are not enough for a job that is due each minute');
select pg_temp.plant('probe-a', 'succeeded');
select analytics.audit_pass();
select results_eq('select * from pg_temp.told()', $$ values ('opened', 'failed'), ('recovered', 'failed') $$, 'five are');

-- In the order of time, one step.
select pg_temp.plant('probe-a', s) from unnest('{failed,succeeded,succeeded,succeeded,succeeded,succeeded,failed}'::text[]) with ordinality as u (s, place) order by place;
select analytics.audit_pass();
select results_eq(
    $$ select closed_at is null, occurrence_count from analytics.incidents where subject = 'probe-a' offset 1 $$, $$ values (true, 2::bigint) $$,
    'a pass that takes fail, well, fail ends in the last state'
);
select is((select count(*) from pg_temp.told()), 3::bigint, 'with one more alert');
select pg_temp.plant('probe-a', s) from unnest('{succeeded,succeeded,succeeded,succeeded,succeeded,failed}'::text[]) with ordinality as u (s, place) order by place;
select analytics.audit_pass();
select is((select count(*) from pg_temp.told()), 3::bigint, 'an incident that was over for a moment within the pass goes on');

-- One good run of a nightly job is all there is to wait for.
select analytics.register_job('probe-n', '0 3 * * *', 'select 1');
select pg_temp.plant('probe-n', 'failed', 'ERROR:  x'), analytics.audit_pass();
select pg_temp.plant('probe-n', 'succeeded'), analytics.audit_pass();
select is((select resolution from analytics.incidents where subject = 'probe-n'), 'recovered', 'a nightly job has recovered after one good run');
select results_eq(
    $$ select s, extract(epoch from freshet.period_of_schedule(s))::integer from unnest(array['10 seconds', '* * * * *', '*/5 * * * *', '0,30 * * * *', '5 * * * *', '0 */6 * * *', '0 3 * * 1', '@daily', '1-59/2 * * * *', '0 1,13 * * *']) as s $$,
    $$ values ('10 seconds', 10), ('* * * * *', 60), ('*/5 * * * *', 300), ('0,30 * * * *', 1800), ('5 * * * *', 3600), ('0 */6 * * *', 21600), ('0 3 * * 1', 86400), ('@daily', 60), ('1-59/2 * * * *', 60), ('0 1,13 * * *', 43200) $$,
    'how far apart its slots are is known before the calendar says so'
);

select * from finish();
rollback;

begin;
select plan(6);

create function pg_temp.plant(job text, status text, message text default null, started timestamptz default now(), ended timestamptz default now())
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, started, ended
    from cron.job as j where j.jobname = job
    returning runid;
$$;
select analytics.register_job('probe-' || n, '0 0 1 1 *', 'select 1') from generate_series(1, 4) as n;
select pg_temp.plant('probe-3', 'connecting', null, null, null);
select analytics.audit_pass();

update analytics.open_runs set first_seen_at = now() - interval '5 minutes';
select pg_temp.plant('probe-1', 'failed', 'server restarted', now(), null);
select pg_temp.plant('probe-2', 'failed', E'WARNING:  terminating connection because of crash of another server process\nDETAIL:  …\n', null, null);
select pg_temp.plant('probe-4', 'failed', 'connection failed', null, null);
select analytics.audit_pass();
select results_eq(
    $$ select kind, subject, cause_id is null from analytics.incidents where opened_at >= now() and kind not like 'http%' order by incident_id $$,
    $$ values ('restarted', 'pg_cron', true), ('infrastructure', 'pg_cron', true), ('zombie', 'probe-3', false) $$,
    'the runs that a restart ended are one incident, and it speaks for the one that pg_cron left open, and not for one that found no connection'
);
select results_eq(
    $$ select payload ->> 'kind', payload -> 'jobs' from analytics.outbox where created_at >= now() and payload ->> 'kind' not like 'http%' $$,
    $$ values ('restarted', '["probe-1", "probe-2"]'::jsonb), ('infrastructure', '["probe-4"]') $$,
    'which are told'
);
select is((select count(*) from analytics.incidents where kind = 'failed'), 0::bigint, 'no job has failed');

select pg_temp.plant('probe-' || n, 'succeeded', '1 row') from unnest(array[1, 2, 4]) as n;
select analytics.audit_pass();
select is((select resolution from analytics.incidents where kind = 'restarted'), 'recovered', 'it is over when they have run again');
select is((select count(*) from analytics.outbox where payload ->> 'kind' = 'zombie'), 0::bigint, 'what it spoke for has time to end as well');
update analytics.incidents set closed_at = now() - interval '16 minutes' where kind = 'restarted';
select analytics.audit_pass();
select is((select count(*) from analytics.outbox where payload ->> 'kind' = 'zombie'), 1::bigint, 'and then speaks for itself');

select * from finish();
rollback;

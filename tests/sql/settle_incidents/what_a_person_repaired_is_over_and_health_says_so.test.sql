begin;
select plan(14);

create function pg_temp.plant(job text, status text, message text default null)
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, clock_timestamp(), clock_timestamp()
    from cron.job as j where j.jobname = job
    returning runid;
$$;
update analytics.incidents set closed_at = now(), resolution = 'recovered' where closed_at is null;
update analytics.outbox set state = 'delivered';
update analytics.alert_channels set state = 'ok', detail = null;
select analytics.audit_pass();
create function pg_temp.open_now() returns setof text language sql as $$
    select i.fingerprint from analytics.incidents as i where i.closed_at is null and i.severity in ('error', 'fatal') order by 1;
$$;
create function pg_temp.told(fingerprint text) returns setof text language sql as $$
    select o.transition from analytics.outbox as o where o.payload ->> 'fingerprint' = told.fingerprint order by o.created_at;
$$;

select pg_temp.plant('refresh-mv_agent_progress', 'failed', 'ERROR:  refresh of analytics.mv_agent_progress failed [22012]: division by zero');
select analytics.audit_pass();
select results_eq('select pg_temp.open_now()', array['failed:refresh-mv_agent_progress'], 'a refresh failed');
select is(analytics.get_audit_health() ->> 'status', 'bad', 'and health is red');
select pg_sleep(0.01);
set local request.jwt.claims = '{"sub": "00000000-0000-0000-0000-0000000000ad", "role": "authenticated", "is_admin": true}';
select outcome from analytics.manual_refresh('mv_agent_progress');
select is_empty('select pg_temp.open_now()', 'a manual refresh that succeeds closes it');
select is(analytics.get_audit_health() ->> 'status', 'ok', 'and health is green at once, before the next pass');
select analytics.audit_pass(), analytics.audit_pass();
select results_eq($$ select pg_temp.told('failed:refresh-mv_agent_progress') $$, array['opened', 'recovered'], 'its recovery is told once');

-- Through the queue it is the same.
select pg_temp.plant('refresh-mv_agent_progress', 'failed', 'ERROR:  again');
select analytics.audit_pass();
select pg_sleep(0.01);
insert into analytics.refresh_log (view_name, requested_by, started_at, finished_at, outcome, version)
values ('mv_agent_progress', 'schedule', clock_timestamp(), clock_timestamp(), 'refreshed', 2);
select analytics.audit_pass();
select results_eq('select pg_temp.open_now()', array['failed:refresh-mv_agent_progress'], 'its schedule''s own good runs are counted against the threshold instead');
insert into analytics.refresh_log (view_name, requested_by, started_at, finished_at, outcome, version)
values ('mv_agent_progress', 'request', clock_timestamp(), clock_timestamp(), 'refreshed', 2);
select analytics.audit_pass();
select is_empty('select pg_temp.open_now()', 'a refresh that was asked of the queue closes it in the next pass');
-- Else a third one within two hours would be flapping.
update analytics.incidents set opened_at = opened_at - interval '1 day';
select pg_temp.plant('refresh-mv_agent_progress', 'failed', 'ERROR:  and again');
select analytics.audit_pass(), analytics.audit_pass();
select results_eq('select pg_temp.open_now()', array['failed:refresh-mv_agent_progress'], 'an older repair does not');

select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1');
select cron.unschedule('probe-a');
select analytics.audit_pass();
select ok('missing:probe-a' = any (array(select pg_temp.open_now())), 'a declared job is missing');
select analytics.restore_job('probe-a');
select ok(not 'missing:probe-a' = any (array(select pg_temp.open_now())), 'restore_job closes that at once');
select analytics.audit_pass(), analytics.audit_pass();
select results_eq($$ select pg_temp.told('missing:probe-a') $$, array['opened', 'recovered'], 'told once');

-- What struck a rare job is over when pg_cron has long worked again.
select analytics.register_job('probe-sunday', '0 4 * * 0', 'select 1');
select analytics.register_job('probe-often', '* * * * *', 'select 1');
select pg_temp.plant('probe-sunday', 'failed', 'connection failed'), pg_temp.plant('probe-often', 'failed', 'connection failed');
select analytics.audit_pass();
select pg_temp.plant('probe-often', 'succeeded');
select analytics.audit_pass();
select ok('infrastructure:pg_cron' = any (array(select pg_temp.open_now())), 'a moment after one of two struck jobs has run again, the incident is open');
update analytics.struck_jobs set struck_at = struck_at - interval '16 minutes';
update analytics.incidents set last_seen_at = last_seen_at - interval '16 minutes' where kind = 'infrastructure';
select analytics.audit_pass();
select ok(not 'infrastructure:pg_cron' = any (array(select pg_temp.open_now())), 'a quarter of an hour later it is over, though the other one is due on Sunday');
select is(analytics.get_audit_health() -> 'reasons' @> '["infrastructure:pg_cron"]', false, 'and health does not wait for Sunday');

select * from finish();
rollback;

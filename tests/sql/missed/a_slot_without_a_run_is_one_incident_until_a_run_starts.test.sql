begin;
select plan(15);

create function pg_temp.run(job text, started timestamptz, status text default 'succeeded')
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, started, started
    from cron.job as j where j.jobname = job
    returning runid;
$$;
-- Now is a slot.
create function pg_temp.tick(age interval default '0')
returns text language sql as $$
    select set_config('probe.slot', (clock_timestamp() - age)::text, true);
$$;
-- One job has its due slot at the last tick; the others have none.
create function pg_temp.audit(job text default 'probe-a', period interval default '10 minutes')
returns jsonb language sql as $$
    select analytics.audit_pass(calendar => jsonb_build_object('jobs', jsonb_build_array(jsonb_build_object(
        'job_name', job, 'schedule', (select min(schedule) from cron.job where jobname = $1), 'due_slot_at', current_setting('probe.slot'),
        'next_slot_at', clock_timestamp() + period, 'period_seconds', extract(epoch from period), 'never_fires', false
    ))));
$$;
create function pg_temp.missed()
returns table (subject text, slot_known boolean, next_known boolean) language sql as $$
    select i.subject, i.evidence ->> 'missed_slot_at' is not null, i.evidence ->> 'schedule' is not null
    from analytics.incidents as i where i.kind = 'missed' and i.closed_at is null order by 1;
$$;
select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1');
select pg_temp.run('analytics-cron-audit', clock_timestamp());
select pg_temp.tick('1 second');
select pg_temp.audit();
select is_empty('select * from pg_temp.missed()', 'slots from before it was first seen are not expected of a job');

select pg_temp.tick();
select pg_temp.audit();
select results_eq('select * from pg_temp.missed()', $$ values ('probe-a', true, true) $$, 'a slot without a run is missed');
select ok((select payload ->> 'next_slot_at' is not null from analytics.outbox where payload ->> 'kind' = 'missed'), 'its alert names the next slot');
select pg_temp.audit();
select is((select count(*) from analytics.outbox where payload ->> 'kind' = 'missed'), 1::bigint, 'it is told once');
select pg_temp.run('probe-a', clock_timestamp());
select pg_temp.audit();
select is((select resolution from analytics.incidents where kind = 'missed'), 'recovered', 'a run that starts after the slot closes it');

select pg_temp.tick();
select pg_temp.run('probe-a', null, 'failed');
select pg_temp.audit();
select is_empty('select * from pg_temp.missed()', 'a run that could not start is a failure, and no missed slot');

select pg_temp.run('probe-a', clock_timestamp(), 'running');
select pg_temp.audit();
select pg_temp.tick();
select pg_temp.audit();
select is_empty('select * from pg_temp.missed()', 'while a run goes on, the next slot queues behind it');
update analytics.open_runs set first_seen_at = first_seen_at - interval '11 minutes' where job_name = 'probe-a';
update analytics.job_slots set last_run_at = last_run_at - interval '11 minutes' where job_name = 'probe-a';
select pg_temp.audit();
select results_eq('select subject from pg_temp.missed()', $$ values ('probe-a') $$, 'for as long as a run may take');
update cron.job_run_details set status = 'succeeded' where status = 'running' and runid >= 1000000;
select pg_temp.run('probe-a', clock_timestamp());
select pg_temp.audit();
select is_empty('select * from pg_temp.missed()', 'it runs again');
-- Else a third one within two hours would be flapping.
update analytics.incidents set opened_at = opened_at - interval '1 day';

select pg_temp.tick();
select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1');
update analytics.job_slots set schedule = '1 1 1 1 *' where job_name = 'probe-a';
select pg_temp.audit();
select is_empty('select * from pg_temp.missed()', 'another schedule starts over');

select pg_temp.tick();
select cron.alter_job((select jobid from cron.job where jobname = 'probe-a'), active => false);
select pg_temp.audit();
select is_empty('select * from pg_temp.missed()', 'an inactive job misses nothing: that it is inactive is the finding');
select cron.alter_job((select jobid from cron.job where jobname = 'probe-a'), active => true);
select pg_temp.tick();
select pg_temp.audit();
select results_eq('select subject from pg_temp.missed()', $$ values ('probe-a') $$, 'active again it is awaited from then on');
select cron.unschedule('probe-a');
select pg_temp.audit();
select is((select resolution from analytics.incidents where kind = 'missed' order by incident_id desc limit 1), 'withdrawn', 'a job that is gone misses no slot');

select pg_temp.audit('analytics-cron-audit');
select pg_temp.tick();
select pg_temp.audit('analytics-cron-audit');
select is_empty('select * from pg_temp.missed()', 'the audit''s own absence is blindness');
select is((select count(*) from analytics.job_slots where job_name = 'probe-a'), 0::bigint, 'nothing is kept of jobs that are gone');

select * from finish();
rollback;

begin;
select plan(11);

create function pg_temp.run(job text, started timestamptz)
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, 'succeeded', started, started
    from cron.job as j where j.jobname = job
    returning runid;
$$;
-- Now is a slot.
create function pg_temp.tick(age interval default '0')
returns text language sql as $$
    select set_config('probe.slot', (clock_timestamp() - age)::text, true);
$$;
-- Every probe has its due slot at the last tick.
create function pg_temp.audit(period interval default '1 day')
returns jsonb language sql as $$
    select analytics.audit_pass(calendar => (
        select jsonb_build_object('jobs', jsonb_agg(jsonb_build_object(
            'job_name', j.jobname, 'schedule', j.schedule, 'due_slot_at', current_setting('probe.slot'),
            'next_slot_at', clock_timestamp() + period, 'period_seconds', extract(epoch from period), 'never_fires', false
        ))) from cron.job as j where j.jobname like 'probe%'
    ));
$$;
create function pg_temp.missed()
returns table (subject text, jobs jsonb) language sql as $$
    select i.subject, i.evidence -> 'jobs' from analytics.incidents as i where i.kind = 'missed' and i.closed_at is null order by 1;
$$;
select analytics.register_job('probe-' || n, '0 0 1 1 *', 'select 1') from generate_series(1, 3) as n;
select pg_temp.run('analytics-cron-audit', clock_timestamp());
select pg_temp.tick('1 second'), pg_temp.audit();

-- The scheduler hangs: nothing starts.
select pg_temp.tick();
select pg_temp.audit();
select results_eq(
    'select * from pg_temp.missed()', $$ values ('pg_cron', '["probe-1", "probe-2", "probe-3"]'::jsonb) $$,
    'when no job starts at all, three missed slots are one incident'
);
select is((select count(*) from analytics.outbox where payload ->> 'kind' = 'missed'), 1::bigint, 'told once');
select pg_temp.run('probe-' || n, clock_timestamp()) from generate_series(1, 2) as n;
select pg_temp.audit();
select results_eq('select * from pg_temp.missed()', $$ values ('pg_cron', '["probe-3"]'::jsonb) $$, 'it stays the same one until the last of them has run');
select pg_temp.run('probe-3', clock_timestamp());
select pg_temp.audit();
select is((select resolution from analytics.incidents where kind = 'missed'), 'recovered', 'and is over then');

-- The machine slept for six hours, or its clock jumped: the audit, too, did not run.
update analytics.job_slots set watched_since = now() - interval '1 day', last_run_at = now() - interval '8 hours';
update analytics.audit_state set last_audit_at = now() - interval '6 hours';
select pg_temp.tick('5 hours');
select pg_temp.audit('10 minutes');
select is_empty('select * from pg_temp.missed()', 'after a pause, what is due often makes good by itself');
update analytics.job_slots set watched_since = now() - interval '1 day', last_run_at = now() - interval '8 hours';
update analytics.audit_state set last_audit_at = now() - interval '6 hours';
select pg_temp.audit();
select results_eq('select subject from pg_temp.missed()', $$ values ('pg_cron') $$, 'what will not for a day is told, as one');
select is((select count(*) from analytics.incidents where kind = 'missed'), 2::bigint, 'and no job by itself');
select pg_temp.run('probe-' || n, clock_timestamp()) from generate_series(1, 3) as n;
select pg_temp.audit();
select is_empty('select * from pg_temp.missed()', 'until they have run');

-- Only the audit was paused: the runs are there.
update analytics.job_slots set watched_since = now() - interval '1 day', last_run_at = now() - interval '8 hours';
update analytics.audit_state set last_audit_at = now() - interval '6 hours', scheduler_resumed_at = null;
select pg_temp.run('analytics-cron-audit', now() - interval '6 hours' + interval '5 minutes');
select pg_temp.run('probe-' || n, now() - interval '4 hours') from generate_series(1, 3) as n;
select pg_temp.audit();
select is_empty('select * from pg_temp.missed()', 'a paused audit finds the runs of its absence');
select is((select scheduler_resumed_at from analytics.audit_state), null, 'and takes its own absence for nobody else''s');

-- Runs that are not read yet. Else a third incident within two hours would be flapping.
update analytics.incidents set opened_at = opened_at - interval '1 day';
update analytics.job_slots set watched_since = now() - interval '1 day', last_run_at = now() - interval '8 hours';
update analytics.audit_state set low_runid = 2000000;
insert into cron.job_run_details (runid, jobid, status) select 2000000 + n, 0, 'succeeded' from generate_series(1, 10000) as n;
insert into cron.job_run_details (runid, jobid, status, start_time) select 2010001, jobid, 'succeeded', now() from cron.job where jobname = 'probe-1';
select pg_temp.tick();
select pg_temp.audit();
select ok(not (select evidence -> 'jobs' ? 'probe-1' from analytics.incidents where kind = 'missed' and closed_at is null), 'a job whose run is still in the backlog misses nothing');

select * from finish();
rollback;

-- The scheduler runs meanwhile: one snapshot keeps its runs out of a history that is emptied here.
begin isolation level repeatable read;
select plan(7);

create function pg_temp.plant(job text, status text, message text default null, started timestamptz default now(), ended timestamptz default now())
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, started, ended
    from cron.job as j where j.jobname = job
    returning runid;
$$;
select cron.schedule('probe-a', '0 0 1 1 *', 'select 1');
select pg_temp.plant('probe-a', 'succeeded', '1 row') from generate_series(1, 3);
select analytics.audit_pass();
create function pg_temp.told() returns table (evidence text, resolution text) language sql as $$
    select i.evidence ->> 'message', i.resolution from analytics.incidents as i where i.kind = 'history_lost' order by i.incident_id;
$$;

delete from cron.job_run_details where runid = 1000001;
select analytics.audit_pass();
select is_empty('select * from pg_temp.told()', 'old runs are purged, and that is well');
select pg_temp.plant('probe-a', 'failed', 'ERROR:  unseen') from generate_series(1, 2);
select pg_temp.plant('probe-a', 'succeeded', '1 row');
delete from cron.job_run_details where runid <= 1000005;
select analytics.audit_pass();
select results_eq(
    'select * from pg_temp.told()', $$ values ('the history up to run 1000003 was deleted, and with it as many as 2 runs that were not read: whether they failed will never be known', null::text) $$,
    'the newest one of the last pass is gone, and what came after it'
);
select analytics.audit_pass();
select results_eq('select resolution from pg_temp.told()', $$ values ('recovered') $$, 'which is told once');
delete from cron.job_run_details;
select analytics.audit_pass();
select analytics.audit_pass();
select results_eq(
    'select * from pg_temp.told() offset 1', $$ values ('the history up to run 1000006 was deleted, which had been read', 'recovered') $$,
    'a history that is cleared is told even when nothing is lost'
);
-- pg_cron has given out more numbers than were read.
select is(freshet.unread_history(0), coalesce('and with it as many as ' || last_value || ' runs that were not read: whether they failed will never be known', 'which had been read'), 'a history that is empty says how many runs went unread')
from pg_sequences where schemaname = 'cron' and sequencename = 'runid_seq';
select pg_temp.plant('probe-a', 'succeeded') from generate_series(1, 3);
delete from cron.job_run_details where runid = 1000002;
select is(freshet.unread_history(1000000), 'and with it as many as 1 runs that were not read: whether they failed will never be known', 'as one with a hole does');
delete from cron.job_run_details;
update analytics.audit_state set last_runid_seen = 1, last_audit_at = now() - interval '2 days';
select analytics.audit_pass();
select is((select count(*) from pg_temp.told()), 2::bigint, 'after a long pause the purge may have taken it');

select * from finish();
rollback;

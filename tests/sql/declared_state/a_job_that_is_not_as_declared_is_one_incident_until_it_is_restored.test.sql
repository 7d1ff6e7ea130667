begin;
select plan(14);

create function pg_temp.open_now()
returns table (kind text, subject text, message text) language sql as $$
    select i.kind, i.subject, i.evidence ->> 'message' from analytics.incidents as i
    where i.closed_at is null and i.subject like 'probe%' order by 1, 2;
$$;
select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1');
select analytics.audit_pass();
select is_empty('select * from pg_temp.open_now()', 'a job as declared is no news');

select cron.unschedule('probe-a');
select analytics.audit_pass();
select analytics.audit_pass();
select results_eq(
    'select * from pg_temp.open_now()',
    $$ values ('missing', 'probe-a', 'cron.job has no job "probe-a"') $$,
    'unscheduled, it is missing'
);
select is((select count(*) from analytics.outbox where payload ->> 'subject' = 'probe-a'), 1::bigint, 'and told once');
select analytics.restore_job('probe-a');
select analytics.audit_pass();
select is_empty('select * from pg_temp.open_now()', 'restore_job puts it back');
select is((select resolution from analytics.incidents where subject = 'probe-a'), 'recovered', 'which closes the incident');

select cron.alter_job((select jobid from cron.job where jobname = 'probe-a'), active => false);
select analytics.audit_pass();
select results_eq('select kind, subject from pg_temp.open_now()', $$ values ('inactive', 'probe-a') $$, 'switched off, it is inactive');
update analytics.scheduled_jobs set paused_until = now() + interval '1 hour' where job_name = 'probe-a';
select analytics.audit_pass();
select is_empty('select * from pg_temp.open_now()', 'unless it is paused');
update analytics.scheduled_jobs set paused_until = now() - interval '1 second' where job_name = 'probe-a';
select analytics.audit_pass();
select results_eq('select kind, subject from pg_temp.open_now()', $$ values ('inactive', 'probe-a') $$, 'which ends by itself');
select analytics.restore_job('probe-a');
select analytics.audit_pass();

select cron.schedule('probe-a', '0 5 1 1 *', 'select ''sb_secret_planted''');
select analytics.audit_pass();
select results_eq(
    'select * from pg_temp.open_now()',
    $$ values ('edited', 'probe-a', 'job "probe-a" has schedule "0 5 1 1 *" instead of "0 0 1 1 *", another command') $$,
    'rescheduled by hand, it is edited, and the message does not repeat the command'
);
select is((select count(*) from analytics.outbox where payload::text like '%sb_secret_planted%'), 0::bigint, 'nor does the alert');
select analytics.restore_job('probe-a');
select results_eq(
    $$ select schedule, command, active from cron.job where jobname = 'probe-a' $$,
    $$ values ('0 0 1 1 *', 'select 1', true) $$,
    'restore_job undoes the edit'
);
select cron.schedule('probe-a', '0 5 1 1 *', 'select 1');
select analytics.adopt_job('probe-a');
select analytics.audit_pass();
select is_empty('select * from pg_temp.open_now()', 'adopt_job declares it as it stands');

select cron.alter_job((select jobid from cron.job where jobname = 'probe-a'), active => false);
select analytics.audit_pass();
select freshet.withdraw_job('probe-a'), cron.unschedule('probe-a');
select analytics.audit_pass();
select is((select resolution from analytics.incidents where subject = 'probe-a' order by incident_id desc limit 1), 'withdrawn', 'what is neither declared nor scheduled is no longer anybody''s business');
select throws_ok($$ select analytics.restore_job('probe-a') $$, 'P0002', null, 'and cannot be restored');

select * from finish();
rollback;

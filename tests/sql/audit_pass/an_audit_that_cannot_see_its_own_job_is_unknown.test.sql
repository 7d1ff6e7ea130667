begin;
select plan(11);

select is(analytics.audit_pass() ->> 'outcome' <> 'unknown', true, 'an audit that sees its job knows');

update analytics.audit_state set canary_seen_at = now() - interval '16 minutes';
select is(analytics.audit_pass() ->> 'outcome', 'unknown', 'without a run of its own job for three periods it is blind');
select is(analytics.get_audit_health() ->> 'status', 'unknown', 'health says so');
select matches(analytics.get_audit_health() -> 'reasons' ->> 0, 'no run of "analytics-cron-audit"', 'with the reason');
select results_eq(
    $$ select severity, closed_at is null, announced_at is not null from analytics.incidents where kind = 'blind' $$,
    $$ values ('fatal', true, true) $$,
    'and an alert tells it'
);

insert into cron.job_run_details (runid, jobid, status, start_time)
select (select coalesce(max(runid), 0) + 1000 from cron.job_run_details), jobid, 'running', now() from cron.job where jobname = 'analytics-cron-audit';
select is(analytics.audit_pass() ->> 'outcome' <> 'unknown', true, 'a run of its own, ended or not, lets it see again');
select is((select resolution from analytics.incidents where kind = 'blind'), 'recovered', 'and closes the incident');

update analytics.audit_state set canary_seen_at = now() - interval '2 hours', last_audit_at = now() - interval '2 hours';
select is(analytics.audit_pass() ->> 'outcome' <> 'unknown', true, 'after a pause of the audit its runs are awaited anew');
update analytics.audit_state set canary_seen_at = now() - interval '16 minutes';
select is(analytics.audit_pass() ->> 'outcome', 'unknown', 'but not for longer than that');
update analytics.audit_state set canary_seen_at = now();
select analytics.audit_pass();

-- What is invisible is not gone: no incident of another job is closed by blindness.
select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1');
insert into cron.job_run_details (runid, jobid, status, return_message)
select (select max(runid) + 1 from cron.job_run_details), jobid, 'failed', 'ERROR:  x' from cron.job where jobname = 'probe-a';
select analytics.audit_pass();
select cron.unschedule('probe-a'), cron.unschedule('analytics-cron-audit');
select is(analytics.audit_pass() ->> 'outcome', 'unknown', 'without its own job in cron.job it is blind');
select is((select closed_at from analytics.incidents where subject = 'probe-a'), null, 'and takes no other job for withdrawn');

select * from finish();
rollback;

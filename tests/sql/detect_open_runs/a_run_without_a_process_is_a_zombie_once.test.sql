begin;
select plan(9);

create function pg_temp.plant(job text, status text, message text default null, started timestamptz default now(), ended timestamptz default now())
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, started, ended
    from cron.job as j where j.jobname = job
    returning runid;
$$;
select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1');
select pg_temp.plant('probe-a', 'sending', null, null, null);
update cron.job_run_details set job_pid = 1 where runid = (select max(runid) from cron.job_run_details);
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where kind = 'zombie'), 0::bigint, 'a run that has only just been seen may be connecting');

update analytics.open_runs set first_seen_at = now() - interval '3 minutes';
select analytics.audit_pass();
select results_eq(
    $$ select subject, severity, evidence ->> 'message' ~ '"sending".* process 1 is gone' from analytics.incidents where kind = 'zombie' $$,
    $$ values ('probe-a', 'warning', true) $$,
    'two minutes later one without a process is lost'
);
select analytics.audit_pass();
select is((select occurrence_count from analytics.incidents where kind = 'zombie'), 1::bigint, 'which is counted once');
select is((select count(*) from analytics.incidents where kind in ('stuck', 'failed', 'history_lost')), 0::bigint, 'and is nothing else besides');

-- Someone tidies up, as the runbook says.
update cron.job_run_details set status = 'failed', return_message = 'lost', end_time = now() where status = 'sending';
select analytics.audit_pass();
select is((select resolution from analytics.incidents where kind = 'zombie'), 'recovered', 'ending its row ends the incident');
select is((select count(*) from analytics.incidents where kind = 'failed'), 0::bigint, 'and is not taken for a failure');

select pg_temp.plant('probe-a', 'connecting', null, null, null);
select analytics.audit_pass();
update analytics.open_runs set first_seen_at = now() - interval '3 minutes';
select analytics.audit_pass();
select pg_temp.plant('probe-a', 'succeeded', '1 row');
select analytics.audit_pass();
select is((select array_agg(resolution) from analytics.incidents where kind = 'zombie'), array['recovered', 'recovered'], 'so does the next run of the job');
select is((select count(*) from analytics.open_runs), 0::bigint, 'and the dead one is looked at no longer');

-- On another server, whose processes cannot be seen.
insert into analytics.open_runs (epoch, runid, job_name, status, job_pid, is_local, started_at, first_seen_at, last_seen_at)
select epoch, 9000000, 'probe-a', 'running', 1, false, now() - interval '5 minutes', now() - interval '5 minutes', now() from analytics.audit_state;
select freshet.detect_zombies();
select is((select count(*) from analytics.incidents where kind = 'zombie' and closed_at is null), 0::bigint, 'of a run on another server nobody says that it is dead');

select * from finish();
rollback;

begin;
select plan(15);

create function pg_temp.plant(job text, status text, message text default null, owner text default null)
returns bigint language sql as $$
    insert into cron.job_run_details (runid, jobid, status, return_message, start_time, end_time, username)
    select (select max(m) + 1 from (select runid from cron.job_run_details union all select 1000000) as r (m)), j.jobid, status, message, clock_timestamp(), clock_timestamp(), owner
    from cron.job as j where j.jobname = job and j.username = coalesce(owner, j.username)
    returning runid;
$$;
create role probe_owner login;
grant usage on schema cron to probe_owner;
-- pg_cron notes who schedules.
select analytics.register_job('twin', '* * * * *', 'select 1');
select analytics.register_job('alone', '* * * * *', 'select 1');
grant probe_owner to postgres;
set local role probe_owner;
select cron.schedule('twin', '*/7 * * * *', 'select 2');
reset role;
select analytics.audit_pass();
create function pg_temp.open_now() returns table (subject text, job text, schedule text, occurrences bigint) language sql as $$
    select i.subject, i.job_name, i.evidence ->> 'schedule', i.occurrence_count
    from analytics.incidents as i where i.kind in ('failed', 'timed_out') and i.closed_at is null order by 1;
$$;

-- The other one's good runs come last.
select pg_temp.plant('twin', 'failed', 'ERROR:  ours', 'postgres'), pg_temp.plant('twin', 'succeeded', null, 'probe_owner');
select pg_temp.plant('twin', 'failed', 'ERROR:  ours', 'postgres'), pg_temp.plant('twin', 'succeeded', null, 'probe_owner');
select pg_temp.plant('alone', 'failed', 'ERROR:  alone', 'postgres');
select analytics.audit_pass();
select results_eq(
    'select * from pg_temp.open_now()', $$ values ('alone', 'alone', '* * * * *', 1::bigint), ('twin', 'twin', '* * * * *', 2) $$,
    'of two owners'' jobs of one name the one that fails is told; the declared owner''s has the plain name'
);
select pg_temp.plant('twin', 'failed', 'ERROR:  theirs', 'probe_owner');
select pg_temp.plant('twin', 'succeeded', null, 'postgres') from generate_series(1, 5);
select analytics.audit_pass();
select results_eq(
    $$ select * from pg_temp.open_now() where subject like 'twin%' $$, $$ values ('twin of probe_owner', 'twin of probe_owner', '*/7 * * * *', 1::bigint) $$,
    'neither closes the other''s incident'
);
select is((select count(distinct payload ->> 'fingerprint') from analytics.outbox where payload ->> 'job' like 'twin%' and payload ->> 'kind' = 'failed'), 2::bigint, 'they are two issues');

-- The declaration is of one of them.
update analytics.scheduled_jobs set severity = 'warning', failure_threshold = 2 where job_name = 'twin';
select pg_temp.plant('twin', 'failed', 'ERROR:  once', 'postgres'), analytics.audit_pass();
select is_empty($$ select from pg_temp.open_now() where subject = 'twin' $$, 'thresholds are those of the declared owner''s job');
select is((select severity from analytics.incidents where subject = 'twin of probe_owner' and kind = 'failed'), 'error', 'and so is its severity');

-- A repair leaves the other one alone.
select cron.alter_job((select jobid from cron.job where jobname = 'twin' and username = 'postgres'), schedule => '0 0 1 1 *', active => false);
select analytics.restore_job('twin');
select results_eq(
    $$ select username, schedule, command, active from cron.job where jobname = 'twin' order by 1 $$,
    $$ values ('postgres', '* * * * *', 'select 1', true), ('probe_owner', '*/7 * * * *', 'select 2', true) $$,
    'restore_job restores what was declared, and leaves another owner''s job of the name'
);
select cron.unschedule('twin');
select analytics.restore_job('twin');
select is((select count(*) from cron.job where jobname = 'twin'), 2::bigint, 'also where the declared one is missing and only the other one is there');

select cron.unschedule(jobid) from cron.job where jobname = 'twin' and username = 'postgres';
select analytics.audit_pass();
select is_empty($$ select from analytics.incidents where kind = 'failed' and subject = 'twin of probe_owner' and closed_at is null $$, 'what was open about a job that is gone is over');
select pg_temp.plant('twin', 'failed', 'ERROR:  theirs', 'probe_owner') from generate_series(1, 2);
select analytics.audit_pass();
select results_eq($$ select subject from pg_temp.open_now() where subject like 'twin%' $$, array['twin'], 'the one that is left has its plain name again');

-- A declared job that was given to another owner as it is does go back.
select analytics.register_job('moved', '0 0 1 1 *', 'select 3');
select cron.unschedule('moved');
set local role probe_owner;
select cron.schedule('moved', '0 0 1 1 *', 'select 3');
reset role;
select analytics.audit_pass();
select results_eq($$ select kind from analytics.incidents where subject = 'moved' and closed_at is null $$, array['edited'], 'a declared job of another owner is not as it was declared');
select throws_ok(
    $$ select analytics.restore_job('moved') $$, '42501', 'cannot restore job "moved": it belongs to "probe_owner" now, and only its owner may unschedule it',
    'which its owner has to let go, where nobody else may'
);
set local role probe_owner;
select cron.unschedule('moved');
reset role;
select analytics.restore_job('moved');
select results_eq($$ select username from cron.job where jobname = 'moved' $$, array['postgres'], 'then restore_job takes it back');
select results_eq($$ select resolution from analytics.incidents where subject = 'moved' $$, array['recovered'], 'which closes the incident at once');

-- The declaration is of another owner's job, and the caller has one of that name.
set local role probe_owner;
select cron.schedule('theirs', '0 0 1 1 *', 'select 4');
reset role;
select analytics.adopt_job('theirs');
set local role probe_owner;
select cron.unschedule('theirs');
reset role;
select cron.schedule('theirs', '0 0 2 1 *', 'select 5');
select throws_like(
    $$ select analytics.restore_job('theirs') $$, 'cannot restore job "theirs" of "probe_owner": job % of "postgres" has that name and does other work%',
    'restore_job schedules nothing over a job of the caller that is not the declared one'
);
select results_eq(
    $$ select username, command from cron.job where jobname = 'theirs' $$, $$ values ('postgres', 'select 5') $$, 'which stays as it is'
);

select * from finish();
rollback;

begin;
select plan(18);

select analytics.audit_pass();
create role probe_owner login;
grant usage on schema cron to probe_owner;
grant probe_owner to postgres;
create function pg_temp.schedule_for_other(job text, schedule text, command text)
returns void language plpgsql as $$
begin
    set local role probe_owner;
    perform cron.schedule(job, schedule, command);
    reset role;
end
$$;
create function pg_temp.passes() returns setof text language plpgsql as $$
begin
    perform analytics.audit_pass();
    perform analytics.audit_pass();
    return query select i.fingerprint collate "C" from analytics.incidents as i where i.closed_at is null and i.job_name like 'probe%' order by 1;
end $$;
select cron.schedule('probe-twin', '* * * * *', 'select 1');
select pg_temp.schedule_for_other('probe-twin', '*/7 * * * *', 'select 2');
select results_eq(
    'select * from pg_temp.passes()', array['undeclared:probe-twin', 'undeclared:probe-twin of probe_owner'], 'two owners'' jobs of one name are two that nobody declared'
);

select results_eq(
    $$ select job_name, owner::text collate "default", schedule from analytics.adopt_all_jobs() where job_name like 'probe-twin%' $$,
    $$ values ('probe-twin', 'postgres', '* * * * *'), ('probe-twin of probe_owner', 'probe_owner', '*/7 * * * *') $$,
    'adopt_all_jobs declares each of them'
);
select is_empty('select * from analytics.adopt_all_jobs()', 'once');
select is_empty('select * from pg_temp.passes()', 'then the audit has nothing to say of either');
select results_eq(
    $$ select r ->> 'job', r ->> 'schedule', r ->> 'is_as_declared' from jsonb_array_elements(analytics.list_jobs(page_size => 500) -> 'rows') as r where r ->> 'job' like 'probe-twin%' order by r ->> 'job' collate "C" $$,
    $$ values ('probe-twin', '* * * * *', 'true'), ('probe-twin of probe_owner', '*/7 * * * *', 'true') $$,
    'each is listed as it was declared'
);

-- One of them is gone, and then the other.
select cron.unschedule(jobid) from cron.job where jobname = 'probe-twin' and username = 'postgres';
select results_eq('select * from pg_temp.passes()', array['missing:probe-twin'], 'one that is gone is missing, and the other one is not taken for it');
select analytics.restore_job('probe-twin');
select is_empty('select * from pg_temp.passes()', 'until it is restored');
select results_eq(
    $$ select username::text, command from cron.job where jobname = 'probe-twin' order by 1 $$, $$ values ('postgres', 'select 1'), ('probe_owner', 'select 2') $$,
    'which leaves the other owner''s as it is'
);
set local role probe_owner;
select cron.unschedule('probe-twin');
reset role;
select results_eq('select * from pg_temp.passes()', array['missing:probe-twin of probe_owner'], 'the second owner''s is missing by its own name');
select throws_ok(
    $$ select analytics.restore_job('probe-twin of probe_owner') $$, '42501',
    'cannot restore job "probe-twin of probe_owner": it is job "probe-twin" of "probe_owner", and only that role can schedule it',
    'which its owner alone can restore: the caller''s job of that name stays'
);
select pg_temp.schedule_for_other('probe-twin', '*/7 * * * *', 'select 2');
select is_empty('select * from pg_temp.passes()', 'done by its owner it is over');

-- Edited, duplicated, renamed.
select pg_temp.schedule_for_other('probe-twin', '*/9 * * * *', 'select 2');
select results_eq('select * from pg_temp.passes()', array['edited:probe-twin of probe_owner'], 'what was changed in the second owner''s is told of that one');
select analytics.adopt_job('probe-twin of probe_owner');
select is_empty('select * from pg_temp.passes()', 'adopt_job takes the name that was told');
select pg_temp.schedule_for_other('probe-again', '0 0 1 1 *', 'select 2');
select results_eq('select * from pg_temp.passes()', array['duplicated:probe-twin of probe_owner'], 'its work, scheduled again by its owner, is a duplicate of it');
set local role probe_owner;
select cron.unschedule('probe-twin');
reset role;
select results_eq('select * from pg_temp.passes()', array['renamed:probe-twin of probe_owner'], 'and in its stead it is renamed');
select results_eq(
    $$ select job_name, cron_name, owner::text collate "default" from analytics.scheduled_jobs where job_name like 'probe-twin%' order by 1 $$,
    $$ values ('probe-twin', null, 'postgres'), ('probe-twin of probe_owner', 'probe-twin', 'probe_owner') $$,
    'a declaration says by which name pg_cron knows the job'
);

-- One by one.
select analytics.register_job('probe-pair', '0 0 1 1 *', 'select 3');
select pg_temp.schedule_for_other('probe-pair', '0 0 1 1 *', 'select 4');
select analytics.adopt_job('probe-pair', owner => 'probe_owner');
select results_eq(
    $$ select job_name, owner::text collate "default" from analytics.scheduled_jobs where job_name like 'probe-pair%' order by 1 $$,
    $$ values ('probe-pair', 'postgres'), ('probe-pair of probe_owner', 'probe_owner') $$,
    'to adopt the one takes no declaration from the other that is there'
);
-- A job whose own name is the known name of the other one.
select cron.schedule('probe-odd of probe_owner', '0 0 1 1 *', 'select 5'), cron.schedule('probe-odd', '0 0 1 1 *', 'select 6');
select pg_temp.schedule_for_other('probe-odd', '0 0 1 1 *', 'select 7');
select is((select count(*) from analytics.adopt_all_jobs() where job_name like 'probe-odd%'), 3::bigint, 'no name makes one declaration of two jobs');

select * from finish();
rollback;

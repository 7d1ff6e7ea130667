begin;
select plan(8);

create function pg_temp.open_now()
returns table (kind text, subject text, message text) language sql as $$
    select i.kind, i.subject, i.evidence ->> 'message' from analytics.incidents as i
    where i.closed_at is null and i.subject like 'probe%' order by 1, 2;
$$;
-- Another owner, who is a real one to pg_cron.
create role probe_other nologin;
grant probe_other to current_user;
grant usage on schema cron to probe_other;
create function pg_temp.schedule_for_other(job text, schedule text, command text)
returns void language plpgsql as $$
begin
    set local role probe_other;
    perform cron.schedule(job, schedule, command);
    reset role;
end
$$;
select analytics.register_job('probe-twin', '0 0 1 1 *', 'select 1');
select pg_temp.schedule_for_other('probe-twin', '0 0 1 1 *', 'select 2');
select analytics.audit_pass();
select analytics.audit_pass();
select results_eq(
    'select kind, subject from pg_temp.open_now()', $$ values ('undeclared', 'probe-twin of probe_other') $$,
    'another owner''s job of the same name that does other work is a stranger, not a duplicate'
);
select is_empty('select * from freshet.find_duplicated_jobs()', 'no repair would end it');
select cron.alter_job((select jobid from cron.job where jobname = 'probe-twin' and username = current_user), active => false);
select analytics.audit_pass();
select results_eq(
    'select kind, subject from pg_temp.open_now()',
    $$ values ('inactive', 'probe-twin'), ('undeclared', 'probe-twin of probe_other') $$,
    'nor does it hide that the declared one is switched off'
);
select cron.unschedule('probe-twin');
select analytics.audit_pass();
select results_eq(
    $$ select kind, subject, regexp_replace(message, '\d+', '…') from pg_temp.open_now() where kind = 'missing' $$,
    format($$ values (
        'missing', 'probe-twin',
        'cron.job has no job "probe-twin" of "%s"; jobid … of "probe_other" has that name and does other work'
    ) $$, current_user),
    'or that it is gone'
);
select throws_like(
    $$ select analytics.adopt_job('probe-twin', owner => 'nobody') $$, 'cannot adopt job "probe-twin" of "nobody": cron.job has 0 jobs of that name, not one',
    'which of two is adopted can be said'
);
select analytics.adopt_job('probe-twin', owner => 'probe_other');
select analytics.audit_pass();
select is_empty('select * from pg_temp.open_now()', 'and is the declared one then');

-- The same work, again by the same owner and by another.
select analytics.register_job('probe-work', '0 0 1 1 *', 'select 7');
select cron.schedule('probe-again', '0 2 1 1 *', 'select 7');
select pg_temp.schedule_for_other('probe-theirs', '0 0 1 1 *', 'select 7');
select analytics.audit_pass();
select results_eq(
    $$
        select d.value ->> 'job', f.value ->> 'job', f.value ->> 'owner'
        from freshet.find_duplicated_jobs() as j
        cross join jsonb_array_elements(j.evidence -> 'duplicates') as d
        cross join jsonb_array_elements(j.evidence -> 'foreign_duplicates') as f
    $$,
    $$ values ('probe-again', 'probe-theirs', 'probe_other') $$,
    'what the same owner repeats is for the repair to end, and what another one does only to be shown'
);
select results_eq(
    'select kind, subject from pg_temp.open_now()', $$ values ('duplicated', 'probe-work') $$, 'all of it is one finding'
);

select * from finish();
rollback;

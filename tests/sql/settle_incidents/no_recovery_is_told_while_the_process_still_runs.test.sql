begin;
select plan(7);

select analytics.register_job('probe-a', '0 0 1 1 *', 'select 1');
select analytics.audit_pass();
-- This very session plays the process of a run.
set local application_name = 'pg_cron';
select pg_stat_clear_snapshot();
create function pg_temp.observe(state text, kind text default 'stuck') returns void language sql as $$
    select freshet.observe(
        kind, 'probe-a', state, clock_timestamp(),
        case state when 'bad' then jsonb_build_object('job', 'probe-a', 'pid', pg_backend_pid(), 'started_at', clock_timestamp()) else '{}' end
    );
$$;
create function pg_temp.open_now() returns setof text language sql as $$
    select i.fingerprint from analytics.incidents as i where i.closed_at is null and i.kind in ('stuck', 'detached', 'lock_wait') order by 1;
$$;

select pg_temp.observe('bad'), pg_temp.observe('bad', 'detached');
select pg_temp.observe('ok'), pg_temp.observe('ok', 'detached');
select results_eq('select pg_temp.open_now()', array['detached:probe-a', 'stuck:probe-a'], 'a run whose row has ended is not over while its process works (pg_cron 178)');
select freshet.withdraw_subjects(k, '{}') from unnest(array['stuck', 'detached']) as k;
select results_eq('select pg_temp.open_now()', array['detached:probe-a', 'stuck:probe-a'], 'nor when its job is unscheduled');
select is((select count(*) from analytics.outbox where payload ->> 'job' = 'probe-a' and transition = 'recovered'), 0::bigint, 'and nothing is told');
select pg_temp.observe('bad', 'lock_wait'), pg_temp.observe('ok', 'lock_wait');
select results_eq('select pg_temp.open_now()', array['detached:probe-a', 'stuck:probe-a'], 'a lock that was let go is over, whatever its holder does next');

-- The number of a process that began later.
update analytics.incidents set evidence = evidence || jsonb_build_object('started_at', clock_timestamp() - interval '1 day') where kind = 'stuck';
select pg_temp.observe('ok');
select results_eq('select pg_temp.open_now()', array['detached:probe-a'], 'a younger process has only inherited the number');
set local application_name = 'another';
select pg_stat_clear_snapshot();
select pg_temp.observe('ok', 'detached');
select is_empty('select pg_temp.open_now()', 'when the process has ended it is over');
select is((select count(*) from analytics.findings where subject = 'probe-a' and state <> 'ok'), 0::bigint, 'and nothing is left of it');

select * from finish();
rollback;

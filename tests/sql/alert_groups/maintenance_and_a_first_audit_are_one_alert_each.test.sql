begin;
select plan(8);

create function pg_temp.see(kind text, subject text, evidence jsonb default '{}', state text default 'bad')
returns void language sql as $$
    select freshet.observe(kind, subject, state, clock_timestamp(), evidence);
$$;
create function pg_temp.let_pass(step interval)
returns void language sql as $$
    update analytics.incidents set
        opened_at = opened_at - step, first_seen_at = first_seen_at - step, last_seen_at = last_seen_at - step,
        closed_at = closed_at - step, announced_at = announced_at - step, named_at = named_at - step;
    update analytics.findings set since = since - step;
    update analytics.struck_jobs set struck_at = struck_at - step;
$$;
create function pg_temp.told()
returns table (alert text, speaks_for jsonb) language sql as $$
    select o.transition || ' ' || (o.payload ->> 'fingerprint'), o.payload -> 'spoken_for'
    from analytics.outbox as o join analytics.incidents as i using (incident_id)
    order by o.created_at, o.incident_id;
$$;
select freshet.declare_job('refresh-probe-' || n, '0 0 1 1 *', 'select 1', '5 minutes', '10 minutes', period => '1 hour') from generate_series(1, 18) as n;

-- Two hours in which nothing ran, found when it is over.
select pg_temp.see('missed', 'pg_cron', '{"jobs": ["probe-daily"], "message": "1 jobs were not started at their slots while no job was"}');
select pg_temp.see('stale', 'probe-' || n, jsonb_build_object('job', 'refresh-probe-' || n)) from generate_series(1, 9) as n;
select freshet.announce_incidents(now());
select pg_temp.let_pass('5 minutes');
select pg_temp.see('stale', 'probe-' || n, jsonb_build_object('job', 'refresh-probe-' || n)) from generate_series(10, 18) as n;
select freshet.announce_incidents(now());
select results_eq(
    'select alert, jsonb_array_length(speaks_for) from pg_temp.told()', $$ values ('opened missed:pg_cron', 9) $$,
    'one missed slot and eighteen stale views are one alert'
);
select pg_temp.see('stale', 'probe-' || n, '{}', 'ok') from generate_series(1, 18) as n;
select pg_temp.see('missed', 'pg_cron', '{}', 'ok');
select freshet.announce_incidents(now());
select results_eq(
    'select alert, jsonb_array_length(speaks_for) from pg_temp.told() offset 1', $$ values ('recovered missed:pg_cron', 18) $$,
    'and one recovery, which names all of it'
);

-- Nothing was reported before, and nothing is known of any job.
delete from analytics.outbox; delete from analytics.incidents; delete from analytics.findings;
select freshet.withdraw_job('refresh-probe-' || n) from generate_series(1, 18) as n;
select cron.schedule('probe-' || n, '0 0 1 1 *', 'select ' || n) from generate_series(1, 28) as n;
update analytics.audit_state set judged_since = null, last_audit_at = null;
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where kind = 'undeclared'), 28::bigint, '28 jobs at the first audit are 28 notes');
select results_eq(
    $$ select payload ->> 'fingerprint', payload ->> 'severity', jsonb_array_length(payload -> 'jobs') from analytics.outbox where payload ->> 'kind' = 'storm' $$,
    $$ values ('storm:first audit', 'info', 28) $$,
    'and one alert, a note, that names them'
);
select is((select count(*) from analytics.outbox where payload ->> 'kind' = 'undeclared'), 0::bigint, 'none of them is one of its own');
select results_eq(
    $$ select job_name from analytics.adopt_all_jobs() where job_name like 'probe-%' $$, $$ select 'probe-' || n from generate_series(1, 28) as n order by 1 $$,
    'adopt_all_jobs declares them and says which'
);
select is_empty('select * from analytics.adopt_all_jobs()', 'once');
select analytics.audit_pass();
select is((select resolution from analytics.incidents where subject = 'first audit'), 'recovered', 'with which it is over');

select * from finish();
rollback;

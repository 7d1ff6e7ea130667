begin;
select plan(11);

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
create function pg_temp.announce()
returns void language sql as $$ select freshet.announce_incidents(now()); $$;
select freshet.declare_job('refresh-probe-' || n, '0 0 1 1 *', 'select 1', '5 minutes', '10 minutes', period => '1 day') from generate_series(1, 4) as n;

select pg_temp.see('scheduler_gone', 'pg_cron'), pg_temp.see('stale', 'probe-1', '{"job": "refresh-probe-1"}');
select pg_temp.announce();
select results_eq(
    'select * from pg_temp.told()', $$ values ('opened scheduler_gone:pg_cron', '["stale:probe-1"]'::jsonb) $$, 'it names what opened with it'
);

select pg_temp.see('stale', 'probe-2', '{"job": "refresh-probe-2"}');
select pg_temp.announce();
select is((select count(*) from pg_temp.told()), 1::bigint, 'what joins is no alert of its own');
select pg_temp.let_pass('20 minutes');
select pg_temp.see('stale', 'probe-2', '{"job": "refresh-probe-2"}', 'ok');
select pg_temp.see('scheduler_gone', 'pg_cron'), pg_temp.see('stale', 'probe-3', '{"job": "refresh-probe-3"}');
select pg_temp.announce();
select is((select count(*) from pg_temp.told()), 1::bigint, 'and no stream of them');
select pg_temp.let_pass('11 minutes');
select pg_temp.announce();
select pg_temp.announce();
select results_eq(
    'select * from pg_temp.told() offset 1',
    $$ values ('opened scheduler_gone:pg_cron', '["stale:probe-1", "stale:probe-2", "stale:probe-3"]'::jsonb) $$,
    'it is told again within half an hour, once, in its issue, with what has joined, also where that is over'
);
select results_eq(
    $$ select resolution, closed_at is null, opened_at = min(opened_at) over () from analytics.incidents where kind = 'scheduler_gone' order by incident_id $$,
    $$ values ('escalated', false, true), (null::text, true, true) $$,
    'as an incident that goes on with the one before, open since the same moment'
);

select pg_temp.see('scheduler_gone', 'pg_cron', '{}', 'ok');
select pg_temp.announce();
select results_eq(
    'select * from pg_temp.told() offset 2',
    $$ values ('recovered scheduler_gone:pg_cron', '["stale:probe-1", "stale:probe-3"]'::jsonb) $$,
    'its end is told once, and names what it spoke for since'
);
select pg_temp.let_pass('16 minutes');
select pg_temp.announce();
select results_eq(
    'select * from pg_temp.told() offset 3', $$ values ('opened stale:probe-1', null::jsonb), ('opened stale:probe-3', null) $$,
    'what is still open a quarter of an hour later is told'
);

-- One that was no cause after all.
delete from analytics.outbox; delete from analytics.incidents; delete from analytics.findings;
select pg_temp.see('stuck', 'refresh-probe-4', '{"job": "refresh-probe-4"}'), pg_temp.see('missed', 'refresh-probe-4', '{"job": "refresh-probe-4"}');
select pg_temp.announce();
select freshet.withdraw_subjects('stuck', '{}');
select pg_temp.announce();
select results_eq(
    'select alert from pg_temp.told()',
    $$ values ('opened stuck:refresh-probe-4'), ('opened missed:refresh-probe-4'), ('recovered stuck:refresh-probe-4') $$,
    'one that is withdrawn was none: what it spoke for is told at once'
);

-- One that gets worse.
delete from analytics.outbox; delete from analytics.incidents; delete from analytics.findings;
select pg_temp.see('scheduler_gone', 'pg_cron', '{"severity": "error"}'), pg_temp.see('stale', 'probe-1', '{"job": "refresh-probe-1"}');
select pg_temp.announce();
select pg_temp.see('scheduler_gone', 'pg_cron');
select pg_temp.announce();
select pg_temp.let_pass('20 minutes');
select pg_temp.announce();
select results_eq(
    'select * from pg_temp.told()',
    $$ values ('opened scheduler_gone:pg_cron', '["stale:probe-1"]'::jsonb), ('opened scheduler_gone:pg_cron', '["stale:probe-1"]') $$,
    'one that gets worse goes on speaking'
);

-- One that is new and broken.
delete from analytics.outbox; delete from analytics.incidents; delete from analytics.findings;
select pg_temp.see('undeclared', 'probe-new', '{"job": "probe-new"}');
select freshet.announce_incidents(clock_timestamp() - interval '1 second');
select is_empty('select * from pg_temp.told()', 'a job that is new waits a pass, as it may be broken');
select pg_temp.see('failed', 'probe-new', '{"job": "probe-new", "message": "ERROR:  x"}');
select freshet.announce_incidents(clock_timestamp() - interval '1 second');
select results_eq(
    'select * from pg_temp.told()', $$ values ('opened failed:probe-new', '["undeclared:probe-new"]'::jsonb) $$, 'and is one alert then'
);

select * from finish();
rollback;

begin;
select plan(12);

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
create function pg_temp.break(job text, message text default 'column "y" does not exist', sqlstate text default '42703')
returns void language sql as $$
    select pg_temp.see('failed', job, jsonb_strip_nulls(jsonb_build_object(
        'job', job, 'sqlstate', sqlstate,
        'message', format('ERROR:  refresh of analytics.%s failed [%s]: %s', replace(job, 'refresh-', ''), sqlstate, message)
    )));
$$;
create function pg_temp.mend(job text)
returns void language sql as $$ select pg_temp.see('failed', job, '{}', 'ok'); $$;
create function pg_temp.pass()
returns void language sql as $$
    select freshet.announce_incidents(now());
    select pg_temp.let_pass('5 minutes');
    update analytics.audit_state set pass_count = pass_count + 1;
$$;

-- An hour of passes: of forty views each is refreshed at a minute of its own.
create function pg_temp.break_forty()
returns void language plpgsql as $$
begin
    for view in 1..40 loop
        perform pg_temp.break('refresh-mv_probe_' || view);
        if view % 4 = 1 or view > 36 then
            perform pg_temp.pass();
        end if;
    end loop;
end
$$;
select pg_temp.break_forty();
select pg_temp.let_pass('30 minutes');
select pg_temp.pass();
select is(
    (select count(distinct payload ->> 'fingerprint') from analytics.outbox), 1::bigint,
    'forty views that one deployment breaks within an hour are one issue'
);
select is(
    (select payload ->> 'fingerprint' from analytics.outbox where payload ->> 'kind' = 'storm' limit 1), 'failed:refresh-mv_probe_1',
    'that of the first of them'
);
select ok((select count(*) <= 4 from analytics.outbox), 'of a few events, not one a pass');
select results_eq(
    $$ select payload ->> 'message', payload ->> 'severity', jsonb_array_length(payload -> 'spoken_for'), jsonb_array_length(payload -> 'jobs')
        from analytics.outbox order by incident_id desc limit 1 $$,
    $$ values ('40 failed; the first: ERROR:  refresh of analytics.mv_probe_1 failed [42703]: column "y" does not exist', 'error', 40, 40) $$,
    'the last of them names kinds, jobs and what was said'
);
select pg_temp.mend('refresh-mv_probe_' || n) from generate_series(1, 39) as n;
select pg_temp.pass();
select is((select count(*) from analytics.outbox where transition = 'recovered'), 0::bigint, 'it goes on while one of them is broken');
select pg_temp.mend('refresh-mv_probe_40');
select pg_temp.pass();
select results_eq(
    $$ select payload ->> 'fingerprint' from analytics.outbox where transition = 'recovered' $$,
    $$ values ('failed:refresh-mv_probe_1') $$, 'and its one end is told in that issue'
);

-- All of them in one pass.
delete from analytics.outbox; delete from analytics.incidents; delete from analytics.findings;
select pg_temp.break('refresh-mv_probe_' || n) from generate_series(1, 40) as n;
select freshet.announce_incidents(now());
select results_eq(
    'select alert, jsonb_array_length(speaks_for) from pg_temp.told()', $$ values ('opened storm:failed [42]', 40) $$,
    'in one pass they are one event, whose issue does not depend on which of them came first'
);

-- What has nothing in common but the hour.
delete from analytics.outbox; delete from analytics.incidents; delete from analytics.findings;
select pg_temp.break('refresh-mv_probe_1'), pg_temp.break('refresh-mv_probe_2', 'division by zero', '22012');
select pg_temp.break('probe-' || n, 'no answer of ' || n, 'P0001') from generate_series(1, 4) as n;
select freshet.announce_incidents(now());
select is((select count(*) from pg_temp.told()), 6::bigint, 'other faults are told by themselves, and so are four jobs that fail alike');
select pg_temp.break('probe-5', 'no answer of 5', 'P0001');
select freshet.announce_incidents(now());
select is((select jsonb_array_length(speaks_for) from pg_temp.told() offset 6), 1, 'the fifth begins a group');
select pg_temp.let_pass('2 hours');
select pg_temp.break('refresh-mv_probe_3');
select freshet.announce_incidents(now());
select is((select alert from pg_temp.told() offset 7), 'opened failed:refresh-mv_probe_3', 'two hours later the same fault is told by itself');

-- The worst of them.
select pg_temp.see('failed', 'probe-6', '{"job": "probe-6", "severity": "warning", "message": "quiet"}');
select pg_temp.see('failed', 'probe-' || n, jsonb_build_object('job', 'probe-' || n, 'severity', 'warning', 'message', 'quiet')) from generate_series(7, 10) as n;
select freshet.announce_incidents(now());
select is((select payload ->> 'severity' from analytics.outbox order by incident_id desc limit 1), 'warning', 'a group is as severe as the worst of it');
select pg_temp.see('failed', 'probe-11', '{"job": "probe-11", "severity": "fatal", "message": "quiet"}');
select freshet.announce_incidents(now());
select is((select payload ->> 'severity' from analytics.outbox order by incident_id desc limit 1), 'fatal', 'and told again at once when a worse one joins');

select * from finish();
rollback;

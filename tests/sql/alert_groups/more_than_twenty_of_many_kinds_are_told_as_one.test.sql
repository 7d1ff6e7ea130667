begin;
select plan(6);

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
-- Seven kinds with three jobs each.
create function pg_temp.see_all(state text, kinds text[])
returns void language sql as $$
    select pg_temp.see(kind, 'probe-' || n, jsonb_build_object('job', 'probe-' || n, 'message', kind || ' of ' || n), state)
    from unnest(kinds) as kind, generate_series(1, 3) as n;
$$;
select pg_temp.see_all('bad', '{edited,inactive,missing,pile_up,too_fast,wrong_host}');
select freshet.announce_incidents(now());
select is((select count(*) from pg_temp.told()), 18::bigint, 'eighteen of six kinds are told one by one');

delete from analytics.outbox; delete from analytics.incidents; delete from analytics.findings;
select pg_temp.see_all('bad', '{edited,inactive,missing,pile_up,too_fast,wrong_host,never_fires}');
select freshet.announce_incidents(now());
select results_eq(
    'select alert, jsonb_array_length(speaks_for) from pg_temp.told()', $$ values ('opened storm:many kinds', 21) $$, 'twenty-one are not'
);
select is(
    (select payload ->> 'message' from analytics.outbox),
    '3 edited, 3 inactive, 3 missing, 3 never_fires, 3 pile_up, 3 too_fast, 3 wrong_host; the first: edited of 1', 'their alert counts them'
);
select is((select jsonb_array_length(payload -> 'messages') from analytics.outbox), 7, 'and has a message of each kind');

select pg_temp.see_all('ok', '{edited,inactive,missing,pile_up,too_fast,wrong_host}');
select freshet.announce_incidents(now());
select is((select closed_at from analytics.incidents where kind = 'storm'), null, 'it goes on while one of them is open');
select pg_temp.see_all('ok', '{never_fires}');
select freshet.announce_incidents(now());
select results_eq('select alert from pg_temp.told() offset 1', $$ values ('recovered storm:many kinds') $$, 'its end is told once');

select * from finish();
rollback;

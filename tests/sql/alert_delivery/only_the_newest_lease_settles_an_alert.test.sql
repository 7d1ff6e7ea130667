begin;
select plan(19);

create function pg_temp.incident(subject text) returns bigint language sql as $$
    with opened as (
        insert into analytics.incidents (epoch, kind, subject, severity, opened_at, first_seen_at, last_seen_at, occurrence_count, evidence, announced_at)
        values (1, 'failed', subject, 'error', now(), now(), now(), 1, '{}', now())
        returning *
    ),
    told as (select freshet.enqueue_alert(o::analytics.incidents, 'opened') from opened as o)
    select o.incident_id from opened as o, told;
$$;
create function pg_temp.lease() returns table (event_id text, token bigint, attempts integer, transition text) language sql as $$
    select l.event_id, l.lease_token, l.attempt_count, l.transition from analytics.lease_alerts(1, '60 seconds') as l;
$$;
update analytics.outbox set state = 'delivered';
update analytics.alert_channels set events_not_before = '-infinity';

select pg_temp.incident('first'), pg_temp.incident('second');
create temporary table a as select * from pg_temp.lease();
select is((select payload ->> 'subject' from analytics.outbox join a using (event_id)), 'first', 'the oldest is leased first');
create temporary table b as select * from pg_temp.lease();
select is((select payload ->> 'subject' from analytics.outbox join b using (event_id)), 'second', 'a leased alert is not leased again');
select is((select count(*) from pg_temp.lease()), 0::bigint, 'until its lease is over');

-- A sender that slept through its lease.
update analytics.outbox set lease_until = clock_timestamp() - interval '1 second' where event_id = (select event_id from a);
create temporary table a2 as select * from pg_temp.lease();
select results_eq('select event_id, token, attempts from a2', 'select event_id, token + 1, attempts + 1 from a', 'a lease that ran out goes to the next sender, with a newer token');
select is((select analytics.acknowledge_alert(event_id, token) from a), false, 'the old token acknowledges nothing');
select is((select analytics.defer_alert(event_id, token, '1 minute', 'late') from a), false, 'defers nothing');
select is((select analytics.park_alert(event_id, token, 'late') from a), false, 'parks nothing');
select is((select analytics.acknowledge_alert(event_id, token) from a2), true, 'the newest one does');
select is((select analytics.acknowledge_alert(event_id, token) from a2), false, 'once');
select is((select state from analytics.outbox join a using (event_id)), 'delivered', 'and the alert is delivered');

-- Deferral is by the database's clock, and never for longer than an hour.
select is((select analytics.defer_alert(event_id, token, '1 day', 'the receiver answered 429') from b), true, 'an alert can be deferred');
select ok((select not_before <= clock_timestamp() + interval '1 hour' from analytics.outbox join b using (event_id)), 'for an hour at most');
select is((select count(*) from pg_temp.lease()), 0::bigint, 'and is not due before');

-- A recovery waits for what it recovers from.
update analytics.incidents set closed_at = now(), resolution = 'recovered' where subject in ('first', 'second');
select freshet.enqueue_alert(i, 'recovered') from analytics.incidents as i where i.subject in ('first', 'second') order by i.incident_id;
select results_eq(
    $$ select l.transition, o.payload ->> 'subject' from pg_temp.lease() as l join analytics.outbox as o using (event_id) $$,
    $$ values ('recovered', 'first') $$,
    'a recovery is due once its opening is delivered'
);
select is((select count(*) from pg_temp.lease()), 0::bigint, 'and not before');

-- A refusal parks; mended, it is released.
update analytics.outbox set not_before = now() where event_id = (select event_id from b);
create temporary table c as select * from pg_temp.lease();
select is((select analytics.park_alert(event_id, token, 'the receiver answered 401') from c), true, 'an alert can be parked');
select is(analytics.release_parked_alerts(), 1::bigint, 'and released');
select analytics.hold_alerts('events', '10 minutes');
select is((select count(*) from pg_temp.lease()), 0::bigint, 'while the receiver wants silence nothing is due');
select throws_ok($$ select analytics.hold_alerts('everything', '1 minute') $$, '22023', 'unknown alert category "everything"', 'a category that does not exist is refused');

select * from finish();
rollback;

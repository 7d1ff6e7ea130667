begin;
select plan(25);

create function pg_temp.incident(subject text) returns bigint language sql as $$
    with opened as (
        insert into analytics.incidents (epoch, kind, subject, severity, opened_at, first_seen_at, last_seen_at, occurrence_count, evidence, announced_at)
        values (1, 'failed', subject, 'error', now(), now(), now(), 1, '{}', now())
        returning *
    ),
    told as (select freshet.enqueue_alert(o::analytics.incidents, 'opened') from opened as o)
    select o.incident_id from opened as o, told;
$$;
create function pg_temp.recover(id bigint) returns void language sql as $$
    update analytics.incidents set closed_at = now(), resolution = 'recovered' where incident_id = id;
    select freshet.enqueue_alert(i, 'recovered') from analytics.incidents as i where i.incident_id = id;
$$;
create function pg_temp.lease() returns table (event_id text, token bigint, transition text, subject text) language sql as $$
    select l.event_id, l.lease_token, l.transition, l.payload ->> 'subject' from analytics.lease_alerts(1, '60 seconds', resolving => true) as l;
$$;
create function pg_temp.resolve() returns table (event_id text, token bigint, opened_event_id text, is_newest boolean, subject text) language sql as $$
    select l.event_id, l.resolve_token, l.opened_event_id, l.is_newest, l.payload ->> 'subject' from analytics.lease_resolution('60 seconds') as l;
$$;
update analytics.outbox set state = 'delivered', resolved_at = now();
update analytics.alert_channels set events_not_before = '-infinity', resolving_at = null;

create temporary table first as select pg_temp.incident('probe') as id;
select is((select count(*) from pg_temp.resolve()), 0::bigint, 'no issue is closed while its incident is open');
select pg_temp.recover(id) from first;
select is((select count(*) from pg_temp.resolve()), 0::bigint, 'nor before its opening is delivered');
create temporary table sent as select * from pg_temp.lease();
select is((select transition from sent), 'opened', 'which comes first');
select analytics.acknowledge_alert(event_id, token) from sent;
select is((select count(*) from pg_temp.lease()), 0::bigint, 'with a token the recovery is no event');

create temporary table a as select * from pg_temp.resolve();
select is((select is_newest from a), true, 'then its issue is to be closed');
select is((select opened_event_id from a), (select event_id from sent), 'the one of the event that opened it');
select is((select count(*) from pg_temp.resolve()), 0::bigint, 'by one sender at a time');

-- A newer incident comes while the issue is being closed.
create temporary table second as select pg_temp.incident('probe') as id;
select pg_temp.incident('other');
select is((select subject from pg_temp.lease()), 'other', 'an alert for an issue that is being closed waits for that, and for nothing else');
select is((select analytics.acknowledge_resolution(event_id, token - 1, null) from a), false, 'an old token closes nothing');
select is((select analytics.acknowledge_resolution(event_id, token, null) from a), true, 'the newest one does');
select is((select analytics.acknowledge_resolution(event_id, token, null) from a), false, 'once');
select is((select state from analytics.outbox join a using (event_id)), 'delivered', 'and the recovery is told');
create temporary table sent_again as select * from pg_temp.lease();
select is((select subject from sent_again), 'probe', 'now the newer one is told');
select analytics.acknowledge_alert(event_id, token) from sent_again;
select pg_temp.recover(id) from second;

-- A third opens before the issue of the second is closed.
create temporary table third as select pg_temp.incident('probe') as id;
create temporary table b as select * from pg_temp.resolve();
select is((select is_newest from b), false, 'an issue that is open again for a newer incident stays open');

-- A closing that fails is reported all the same.
select is((select analytics.defer_resolution(event_id, token, '2 days', 'lacks scope event:write') from b), true, 'closing can be put off');
select ok((select resolve_not_before <= clock_timestamp() + interval '1 hour' from analytics.outbox join b using (event_id)), 'for an hour at most');
select is((select count(*) from pg_temp.resolve()), 0::bigint, 'and is not due before');
select is(analytics.record_delivery('ok', null) ->> 'parked', '0', 'no alert is refused');
select is((select state || ': ' || detail from analytics.alert_channels), 'failing: 1 issues wait to be closed: lacks scope event:write', 'the channel says what is wrong, and that it is not the alerts');
select matches(analytics.get_audit_health() ->> 'notes', 'lacks scope event:write', 'and so does health');
create temporary table opened_again as select * from pg_temp.lease();
select analytics.acknowledge_alert(event_id, token) from opened_again;
update analytics.outbox set created_at = created_at - interval '11 minutes' where event_id = (select event_id from b);
select is((select transition from pg_temp.lease()), 'recovered', 'after ten minutes the recovery is an event');
select is(analytics.release_parked_alerts(), 0::bigint, 'once the token is mended');
select is((select event_id from pg_temp.resolve()), (select event_id from b), 'closing is due at once');
update analytics.alert_channels set resolving_at = clock_timestamp() - interval '11 minutes';
select analytics.record_delivery('ok', null);
select is((select state from analytics.alert_channels), 'ok', 'without a token nothing is left to be closed');

-- An alert that was tried often comes after one that was not.
update analytics.outbox set state = 'delivered';
select pg_temp.incident('never taken');
update analytics.outbox set attempt_count = 7 where payload ->> 'subject' = 'never taken';
select pg_temp.incident('fresh');
select is((select subject from pg_temp.lease()), 'fresh', 'what was tried least is sent first');

select * from finish();
rollback;

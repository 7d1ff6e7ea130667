begin;
select plan(20);

update analytics.outbox set state = 'delivered';
update analytics.incidents set closed_at = now(), resolution = 'recovered' where closed_at is null;
update analytics.audit_state set last_audit_at = null, last_outcome = null, canary_seen_at = now();
update analytics.alert_channels set state = 'untried', detail = null;
select is(analytics.get_audit_health() ->> 'status', 'unknown', 'without an audit nobody knows');
select matches(analytics.get_audit_health() -> 'reasons' ->> 0, '^no audit has run yet: ', 'and it says why');

update analytics.audit_state set last_audit_at = now(), last_outcome = 'ok', last_reasons = '[]';
select is(analytics.get_audit_health() ->> 'status', 'ok', 'a pass that found nothing is ok');
update analytics.audit_state set last_outcome = 'bad', last_reasons = '["failed:probe"]';
select is(analytics.get_audit_health() ->> 'status', 'bad', 'a pass with open incidents is bad');
select is(analytics.get_audit_health() -> 'reasons', '["failed:probe"]', 'and names them');
update analytics.audit_state set last_audit_at = now() - interval '16 minutes';
select is(analytics.get_audit_health() ->> 'status', 'unknown', 'a pass of long ago says nothing of now');
update analytics.audit_state set last_audit_at = now(), last_outcome = 'ok', last_reasons = '[]';

select analytics.record_delivery('unconfigured', 'SENTRY_DSN is missing or is no DSN');
select is(analytics.get_audit_health() ->> 'status', 'ok', 'nobody to tell is no fault while there is nothing to tell');
select matches(analytics.get_audit_health() -> 'notes' ->> 0, 'SENTRY_DSN', 'but is noted');
with opened as (
    insert into analytics.incidents (epoch, kind, subject, severity, opened_at, first_seen_at, last_seen_at, occurrence_count, evidence, announced_at)
    values (1, 'failed', 'probe', 'warning', now(), now(), now(), 1, '{}', now()) returning *
)
select freshet.enqueue_alert(o::analytics.incidents, 'opened') from opened as o;
select is(analytics.get_audit_health() ->> 'status', 'bad', 'it is one when an alert waits');

select analytics.record_delivery('ok', null);
select is(analytics.get_audit_health() ->> 'status', 'ok', 'an alert that waits for its turn is none');
update analytics.outbox set created_at = now() - interval '16 minutes' where state = 'pending';
select matches(analytics.get_audit_health() -> 'reasons' ->> 0, '1 alerts wait, the oldest for 9\d\d seconds', 'one that waits for long is');

update analytics.outbox set state = 'parked' where state = 'pending';
select is(analytics.record_delivery('refused', 'the receiver answered 401'), '{"parked": 1, "pending": 0}', 'a delivery answers what is left');
select is(analytics.get_audit_health() ->> 'status', 'bad', 'a refused alert is bad');
select matches(analytics.get_audit_health() -> 'reasons' ->> 0, '1 alerts were refused by the receiver: the receiver answered 401', 'and says what the receiver said');

-- A later alert was taken: what was refused still says why.
update analytics.outbox set last_error = 'the receiver answered 413' where state = 'parked';
select analytics.record_delivery('ok', null);
select matches(analytics.get_audit_health() -> 'reasons' ->> 0, '1 alerts were refused by the receiver: the receiver answered 413', 'whatever became of the alerts after it');
update analytics.outbox set last_error = null where state = 'parked';
update analytics.alert_channels set detail = null;
select matches(analytics.get_audit_health() -> 'reasons' ->> 0, ': without a word$', 'a reason is never empty');
update analytics.outbox set state = 'delivered';
select analytics.record_delivery('failing', 'the receiver answered 503');
select is(analytics.get_audit_health() -> 'delivery' ->> 'detail', 'the receiver answered 503', 'the last delivery says how it went');

-- As it is now, not as it was at the last pass.
insert into analytics.incidents (epoch, kind, subject, severity, opened_at, first_seen_at, last_seen_at, occurrence_count, evidence)
values (1, 'failed', 'probe-now', 'error', now(), now(), now(), 1, '{}'), (1, 'pile_up', 'probe-warning', 'warning', now(), now(), now(), 1, '{}');
select is(analytics.get_audit_health() -> 'reasons', '["failed:probe-now"]', 'what opened since the last pass is a reason, a warning is none');
update analytics.audit_state set last_outcome = 'bad', last_reasons = '["failed:probe-now", "a reason that is no incident"]', last_audit_at = now() - interval '1 second';
select is(analytics.get_audit_health() -> 'reasons', '["failed:probe-now", "a reason that is no incident"]', 'a reason is given once');
update analytics.incidents set closed_at = now(), resolution = 'recovered' where subject = 'probe-now';
select is(analytics.get_audit_health() -> 'reasons', '["a reason that is no incident"]', 'and what was closed since is none any more');

select * from finish();
rollback;

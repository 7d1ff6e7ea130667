begin;
select plan(6);

create function pg_temp.incident(id bigint) returns analytics.incidents language sql as $$
    insert into analytics.incidents (incident_id, epoch, kind, subject, severity, opened_at, first_seen_at, last_seen_at, occurrence_count, evidence)
    overriding system value
    values (id, 1, 'failed', 'probe', 'error', now(), now(), now(), 1, '{}')
    returning *;
$$;
create function pg_temp.event(id bigint) returns text language plpgsql as $$
declare incident analytics.incidents := pg_temp.incident(id); told text;
begin
    perform freshet.enqueue_alert(incident, 'opened');
    perform freshet.enqueue_alert(incident, 'opened');
    select o.event_id into strict told from analytics.outbox as o where o.incident_id = id;
    delete from analytics.outbox as o where o.incident_id = id;
    delete from analytics.incidents as i where i.incident_id = id;
    return told;
end $$;

select matches(pg_temp.event(1000000), '^[0-9a-f]{32}$', 'an event id is 32 hexadecimal digits');
-- As after a restore: the same cluster, epoch, number and transition.
select is((select count(distinct pg_temp.event(1000000)) from generate_series(1, 20)), 20::bigint, 'twenty incidents of one number have twenty event ids');
select pg_temp.incident(1000001);
select freshet.enqueue_alert(i, t) from analytics.incidents as i, unnest(array['opened', 'recovered', 'opened']) as t where i.incident_id = 1000001;
select is((select count(*) from analytics.outbox where incident_id = 1000001), 2::bigint, 'each transition of an incident is one event, however often it is told');
select is(
    (select event_id from analytics.outbox where incident_id = 1000001 and transition = 'opened'),
    (select left(encode(sha256(convert_to(event_seed || '|opened', 'UTF8')), 'hex'), 32) from analytics.incidents where incident_id = 1000001),
    'made of the random part in its own row, so that a resend is the same event'
);

-- A restore of the same cluster: only the timeline tells.
select analytics.audit_pass();
update analytics.audit_state set timeline = timeline + 1;
select is((select (analytics.audit_pass() ->> 'epoch')::integer - epoch from analytics.audit_state), 1, 'another timeline begins an epoch');
select matches(
    (select evidence ->> 'message' from analytics.incidents where kind = 'history_lost' and closed_at is null),
    '^the database was restored to an earlier moment, or a standby took over \(timeline 1, before it 2\)', 'and is told'
);

select * from finish();
rollback;

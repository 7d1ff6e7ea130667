begin;
select plan(12);

update analytics.outbox set state = 'delivered', delivered_at = now() where state <> 'delivered';
select is(analytics.list_outbox() -> 'totals' -> 'oldest_undelivered_seconds', 'null', 'nothing waits: nothing is old');
create function pg_temp.incident(name text) returns bigint language sql as $$
    insert into analytics.incidents (epoch, kind, subject, severity, opened_at, first_seen_at, last_seen_at, occurrence_count, evidence, announced_at)
    values (1, 'failed', name, 'error', now(), now(), now(), 1, '{}', now())
    returning incident_id;
$$;
create function pg_temp.alert(id bigint, said text, stands text, created interval, delivered interval default null) returns void language sql as $$
    insert into analytics.outbox (event_id, incident_id, transition, payload, state, created_at, delivered_at, attempt_count, not_before, last_error)
    values (
        md5(id || said), id, said, jsonb_build_object('kind', 'failed', 'subject', 'probe'), stands, now() - created, now() - delivered, 2,
        now() + interval '5 minutes', case when stands <> 'delivered' then 'HTTP 503' end
    );
$$;
create function pg_temp.listed(answer jsonb) returns text[] language sql as $$
    select coalesce(array_agg(format('%s %s', r.value ->> 'transition', r.value ->> 'state') order by r.ordinality), '{}')
    from jsonb_array_elements(answer -> 'rows') with ordinality as r;
$$;
create temporary table of as
select pg_temp.incident('probe-1') as first, pg_temp.incident('probe-2') as second, pg_temp.incident('probe-3') as third;
select
    pg_temp.alert(first, 'opened', 'delivered', '3 hours', '2 hours'), pg_temp.alert(first, 'recovered', 'pending', '90 minutes'),
    pg_temp.alert(second, 'opened', 'parked', '1 hour'), pg_temp.alert(third, 'opened', 'pending', '10 seconds')
from of;
update analytics.outbox set lease_until = now() + interval '1 minute' where incident_id = (select third from of);

select is(
    pg_temp.listed(analytics.list_outbox(page_size => 4)),
    array['opened pending', 'opened parked', 'recovered pending', 'opened delivered'], 'newest incident first, and of one its recovery first'
);
select is(
    pg_temp.listed(analytics.list_outbox(state => 'undelivered')), array['opened pending', 'opened parked', 'recovered pending'], 'what waits or was refused'
);
select is((pg_temp.listed(analytics.list_outbox(state => 'delivered')))[1], 'opened delivered', 'or what arrived');
select is(
    analytics.list_outbox() -> 'totals', '{"pending_count": 2, "parked_count": 1, "oldest_undelivered_seconds": 5400}', 'the whole outbox is counted, whatever the page'
);
select is(
    (analytics.list_outbox() #> '{rows,0}') - 'event_id' - 'incident_id',
    jsonb_build_object(
        'kind', 'failed', 'subject', 'probe', 'transition', 'opened', 'state', 'pending', 'created_at', now() - interval '10 seconds', 'age_seconds', 10,
        'attempt_count', 2, 'next_attempt_at', now() + interval '5 minutes', 'lease_until', now() + interval '1 minute', 'delivered_at', null,
        'last_error', 'HTTP 503', 'resolved_at', null, 'resolve_error', null
    ),
    'an alert has its age, its attempts, its lease and why it waits'
);
select is(analytics.list_outbox(page_size => 4) #>> '{rows,3,age_seconds}', '3600', 'of a delivered one the age ended then');
update analytics.outbox set lease_until = now() - interval '1 second' where incident_id = (select third from of);
select is(analytics.list_outbox() #> '{rows,0,lease_until}', 'null', 'a lease that is over is none');
select is(
    analytics.list_outbox(page_size => 3) ->> 'next_cursor', (select first || '-recovered' from of), 'the cursor is the place of the last one'
);
select is(
    pg_temp.listed(analytics.list_outbox(before_incident => (select first from of), before_transition => 'recovered', page_size => 1)), array['opened delivered'],
    'and the next page begins below it'
);
select is(
    pg_temp.listed(analytics.list_outbox(state => 'undelivered', before_incident => (select second from of), before_transition => 'opened')),
    array['recovered pending'], 'also of what waits'
);
select is(
    analytics.list_outbox(state => 'undelivered', page_size => 3) -> 'next_cursor', 'null', 'the last page has none'
);

select * from finish();
rollback;

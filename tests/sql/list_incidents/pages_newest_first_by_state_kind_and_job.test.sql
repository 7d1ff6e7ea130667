begin;
select plan(9);

create function pg_temp.incident(subject text, kind text, closed timestamptz default null)
returns bigint language sql as $$
    insert into analytics.incidents (
        epoch, kind, subject, severity, job_name, opened_at, first_seen_at, last_seen_at, occurrence_count, evidence, announced_at, closed_at, resolution
    )
    values (
        1, kind, subject, 'error', subject, now(), now(), now(), 2, jsonb_build_object('job', subject, 'message', 'division by zero'), now(),
        closed, case when closed is not null then 'recovered' end
    )
    returning incident_id;
$$;
create function pg_temp.subjects(answer jsonb) returns text[] language sql as $$
    select coalesce(array_agg(r.value -> 'payload' ->> 'subject' order by r.ordinality), '{}')
    from jsonb_array_elements(answer -> 'rows') with ordinality as r;
$$;

delete from analytics.outbox;
delete from analytics.incidents;
select is(analytics.list_incidents(), '{"rows": [], "next_cursor": null}', 'without incidents there is one empty page');
select pg_temp.incident('a', 'failed', now()), pg_temp.incident('b', 'failed'), pg_temp.incident('c', 'stale');
select is(pg_temp.subjects(analytics.list_incidents()), array['c', 'b', 'a'], 'the newest comes first');
select is(pg_temp.subjects(analytics.list_incidents(state => 'open')), array['c', 'b'], 'by state: open');
select is(pg_temp.subjects(analytics.list_incidents(state => 'closed')), array['a'], 'by state: closed');
select is(pg_temp.subjects(analytics.list_incidents(kind => 'failed', job => 'b')), array['b'], 'by kind and job');

select is(pg_temp.subjects(analytics.list_incidents(page_size => 2)), array['c', 'b'], 'a page ends');
select is(
    pg_temp.subjects(analytics.list_incidents(page_size => 2, before_id => (analytics.list_incidents(page_size => 2) ->> 'next_cursor')::bigint)),
    array['a'],
    'its cursor begins the next'
);
select is(analytics.list_incidents(page_size => 3) -> 'next_cursor', 'null', 'the last page has none, full as it may be');

select freshet.enqueue_alert(i, 'opened') from analytics.incidents as i where i.subject = 'b';
select results_eq(
    $$ select r -> 'payload' ->> 'message', r -> 'payload' ->> 'streak', r -> 'alerts' -> 0 ->> 'transition', r -> 'alerts' -> 0 ->> 'state'
       from jsonb_array_elements(analytics.list_incidents(job => 'b') -> 'rows') as r $$,
    $$ values ('division by zero', '2', 'opened', 'pending') $$,
    'an incident comes with its evidence and its alerts'
);

select * from finish();
rollback;

begin;
select plan(15);

create function pg_temp.events(amount integer) returns jsonb language sql as $$
    select coalesce(jsonb_agg(jsonb_build_object(
        'event_id', gen_random_uuid(), 'event_type', 'session_start', 'session_id', 's', 'created_at', now()
    )), '[]')
    from generate_series(1, amount);
$$;
-- One event of which the whole batch has so many bytes.
create function pg_temp.bytes(amount integer) returns jsonb language sql as $$
    select jsonb_build_array(repeat('x', amount - 4));
$$;

set local role authenticated;
set local request.jwt.claims = '{"sub": "ada", "role": "authenticated"}';
select is(public.track_batch(pg_temp.events(0)), '{"accepted": 0, "duplicates": 0, "rejected": 0, "results": []}', 'an empty batch is a batch');
select is(public.track_batch(pg_temp.events(500)) ->> 'accepted', '500', '500 events are accepted');
select throws_ok(
    'select public.track_batch(pg_temp.events(501))', '22023', 'the batch has 501 events, and at most 500 are accepted', '501 are refused'
);
select is(octet_length(pg_temp.bytes(262144)::text), 262144, 'a batch of 262144 bytes');
select is(public.track_batch(pg_temp.bytes(262144)) ->> 'rejected', '1', 'is read');
select throws_ok(
    'select public.track_batch(pg_temp.bytes(262145))', '22023', 'the batch has 262145 bytes, and at most 262144 are accepted',
    'and one with a byte more is refused'
);
select throws_ok(
    'select public.track_batch(to_jsonb(pg_temp.bytes(262145)::text))', '22023', 'the batch has 262145 bytes, and at most 262144 are accepted',
    'as a text too, of which its own bytes count'
);
select is(public.track_batch(to_jsonb(pg_temp.bytes(262144)::text)) ->> 'rejected', '1', 'and not those of its escapes');
select throws_ok(format('select public.track_batch(%L)', t.sent), '22023', t.message, format('%s is refused', left(t.sent, 20)))
from (values
    ('{"event_id": 1}', '"events" is a JSON object, and has to be a JSON array of events'),
    ('null', '"events" is a JSON null, and has to be a JSON array of events'),
    ('7', '"events" is a JSON number, and has to be a JSON array of events'),
    ('"no json"', '"events" is not JSON, and has to be a JSON array of events'),
    ('"\"[]\""', '"events" is a JSON string, and has to be a JSON array of events'),
    (to_jsonb(repeat('[', 200000))::text, '"events" is not JSON, and has to be a JSON array of events')
) as t (sent, message);
select throws_ok('select public.track_batch(null)', '22023', '"events" is not JSON, and has to be a JSON array of events', 'null is refused');

select * from finish();
rollback;

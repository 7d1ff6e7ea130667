begin;
select plan(21);

create table public.tap_days (person text, day integer);
insert into public.tap_days select p, d from unnest(array['anna', 'bela', 'tutor']) as p, generate_series(1, 3) as d;
create view analytics.tap_days with (security_invoker = on) as select d.person, d.day from public.tap_days as d;
select analytics.register_live('tap_days', 'core', array['public.tap_days']::regclass[]);
create table public.tap_tutors (tutor text, person text);
insert into public.tap_tutors values ('tutor', 'anna'), ('tutor', 'gone'), ('other', 'bela'), ('sloppy', null), ('sloppy', 'anna');
create function freshet.scope_tap_people(subject text) returns setof text language sql stable set search_path = '' as $$
    select t.person from public.tap_tutors as t where t.tutor = subject;
$$;

create function pg_temp.request(person text) returns jsonb language sql as $$
    select jsonb_build_object(
        'columns', array['person', 'day'], 'filters', '[]'::jsonb,
        'scope', jsonb_build_object('column', 'person', 'value', person, 'relation', null, 'org', null),
        'order', '[{"column": "day", "direction": "asc"}]'::jsonb, 'limit', 2, 'reads', '[]'::jsonb
    );
$$;
create function pg_temp.reading(reader jsonb) returns jsonb language sql as $$
    select jsonb_build_object(
        'reader', reader, 'relation', 'tap_people', 'resource', 'tap/days', 'parameters', '{"limit": 1}'::jsonb,
        'request_id', '00000000-0000-4000-8000-0000000000aa'
    );
$$;
create function pg_temp.read(subject text, person text) returns jsonb language sql as $$
    select analytics.read_person('tap_days', pg_temp.request(person), pg_temp.reading(jsonb_build_object('kind', 'user', 'subject', subject)));
$$;
create function pg_temp.throws(query text) returns boolean language plpgsql as $$
begin
    execute query;
    return false;
exception when invalid_parameter_value then
    return true;
end
$$;
create function pg_temp.logged() returns bigint language sql as $$ select count(*) from analytics.access_log; $$;

select is(
    pg_temp.read('tutor', 'anna') - 'state', analytics.read_view('tap_days', pg_temp.request('anna')) - 'state',
    'who may read a person gets what read_view answers'
);
select is(pg_temp.read('tutor', 'anna') -> 'rows', '[{"day": 1, "person": "anna"}, {"day": 2, "person": "anna"}]'::jsonb, 'the person''s rows and no other');
select is(
    (select to_jsonb(l) - 'access_id' - 'accessed_at' from analytics.access_log as l order by l.access_id limit 1),
    '{"reader_kind": "user", "reader_id": "tutor", "person_id": "anna", "resource": "tap/days", "parameters": {"limit": 1}, "request_id": "00000000-0000-4000-8000-0000000000aa"}'::jsonb,
    'the log says who read whose rows, what, and in which request'
);
select is((select count(*) from analytics.access_log where accessed_at = now()), 2::bigint, 'and when: a row for each of the two reads');
select is(pg_temp.read('tutor', 'gone') -> 'rows', '[]'::jsonb, 'a person without rows is read as such');
select is(pg_temp.logged(), 3::bigint, 'and logged as well');

select is((pg_temp.read('tutor', 'bela') ->> 'denied')::boolean, true, 'a person whom the relation does not list is denied');
select is(pg_temp.read('tutor', 'bela'), pg_temp.read('tutor', 'nobody'), 'no word differs for a person who does not exist');
select is(pg_temp.read('tutor', 'bela') - 'state', pg_temp.read('tutor', 'tutor') - 'state', 'nor for the reader, whose own rows are read elsewhere');
select is((pg_temp.read('stranger', 'anna') ->> 'denied')::boolean, true, 'whom the relation gives nobody is denied');
select is((pg_temp.read('sloppy', 'bela') ->> 'denied')::boolean, true, 'a null in the relation lists nobody');
select is(pg_temp.logged(), 3::bigint, 'a denied attempt reads nothing, so the log has no row of it');

delete from public.tap_tutors where tutor = 'tutor' and person = 'anna';
select is((pg_temp.read('tutor', 'anna') ->> 'denied')::boolean, true, 'a person who left the relation is denied at the next read');
select is(
    analytics.read_person('tap_days', pg_temp.request('bela'), pg_temp.reading('{"kind": "secret_key"}')) #> '{rows,0}',
    '{"day": 1, "person": "bela"}'::jsonb, 'the secret key reads any person'
);
select is(
    (select (l.reader_kind, l.reader_id, l.person_id)::text from analytics.access_log as l order by l.access_id desc limit 1),
    '(secret_key,,bela)', 'and is in the log as the secret key, which no subject can be'
);

select throws_ok(
    $$ select analytics.read_person('tap_days', pg_temp.request('bela') || '{"scope": null}', pg_temp.reading('{"kind": "secret_key"}')) $$,
    '22023', 'read_person takes the rows of one person, for one reader', 'a request for everybody is refused'
);
select throws_ok(
    $$ select analytics.read_person('tap_days', jsonb_set(pg_temp.request('bela'), '{scope,relation}', '"tap_people"'), pg_temp.reading('{"kind": "secret_key"}')) $$,
    '22023', null, 'so is one for all people of a relation'
);
select is(
    (
        select count(*)
        from unnest(array['{}', '{"kind": "user"}', '{"kind": "secret_key", "subject": "tutor"}', '{"kind": "admin", "subject": "tutor"}']) as r (reader)
        where pg_temp.throws(format('select analytics.read_person(''tap_days'', pg_temp.request(''bela''), pg_temp.reading(%L))', r.reader))
    ),
    4::bigint, 'and any reader that is neither a user with a subject nor the secret key'
);

-- The log is filled to the brim, or closed, or whatever else stops an insert.
create function pg_temp.refuse() returns trigger language plpgsql as $$ begin raise exception 'the log takes no row'; end $$;
create trigger refuse before insert on analytics.access_log for each row execute function pg_temp.refuse();
insert into public.tap_tutors values ('tutor', 'anna');
select throws_ok($$ select pg_temp.read('tutor', 'anna') $$, 'P0001', 'the log takes no row', 'without a row in the log no row leaves');
select is((pg_temp.read('tutor', 'bela') ->> 'denied')::boolean, true, 'and a denial is the same denial');
select is((select p.provolatile::text from pg_proc as p where p.oid = 'analytics.read_person(text, jsonb, jsonb)'::regprocedure), 'v', 'it is volatile: the data API runs stable functions read only');

select * from finish();
rollback;

-- Each case is a good event with one thing changed, so that nothing else can be the reason. They are sent in one batch,
-- which the quick way rejects without an error, and in halves beside an event that the tables refuse.
begin;
select plan(4);

insert into public.topics (id, name) values ('00000000-0000-4000-8000-0000000000a1', 'Anatomy');
insert into public.study_materials (id, topic_id, title)
values ('00000000-0000-4000-8000-0000000000b1', '00000000-0000-4000-8000-0000000000a1', 'Bones');

create temporary table good_events (kind text primary key, event jsonb);
insert into good_events values
    ('view', '{"event_type": "topic_view", "topic_id": "00000000-0000-4000-8000-0000000000a1"}'),
    ('answer', '{"event_type": "question_attempt", "topic_id": "00000000-0000-4000-8000-0000000000a1", "question_id": "00000000-0000-4000-8000-0000000000c1", "selected_answer": "A", "correct_answer": "A"}'),
    ('progress', '{"event_type": "material_progress", "material_id": "00000000-0000-4000-8000-0000000000b1", "progress_rate": 1}'),
    ('start', '{"event_type": "session_start"}');

-- An answer that the tables refuse, as when its topic is deleted this moment: the batch is taken in halves.
create function public.refuse_planted() returns trigger language plpgsql as $$
begin
    if new.question_id = '00000000-0000-4000-8000-0000000000cc' then
        raise foreign_key_violation using message = 'planted: the topic is gone';
    end if;
    return new;
end
$$;
create trigger refuse_planted before insert on public.question_attempts for each row execute function public.refuse_planted();

create temporary table cases (number integer generated always as identity, kind text, change jsonb, code text, says text);
insert into cases (kind, change, code, says) values
    ('view', '{}', null, null),
    ('answer', '{}', null, null),
    ('progress', '{}', null, null),
    ('start', '{}', null, null),
    ('view', '{"event_id": null}', 'missing_key', '"event_id" is missing%'),
    ('view', '{"event_id": "7"}', 'invalid_value', '"event_id" is "7", and has to be a UUID'),
    ('view', '{"event_id": 7}', 'invalid_value', '"event_id" is 7, %'),
    ('view', '{"event_type": null}', 'missing_key', '"event_type" is missing, which an event needs'),
    ('view', '{"event_type": "login"}', 'unknown_type', '"event_type" is "login", and has to be one of session_start, %'),
    ('view', '{"event_type": ["topic_view"]}', 'unknown_type', '%'),
    ('view', '{"session_id": null}', 'missing_key', '"session_id" is missing, which an event of type topic_view needs'),
    ('view', '{"session_id": ""}', 'invalid_value', '"session_id" is "", and has to be a text of 1 to 200 characters'),
    ('view', jsonb_build_object('session_id', repeat('s', 201)), 'invalid_value', '"session_id" is %'),
    ('view', jsonb_build_object('session_id', repeat('é', 200)), null, null),
    ('view', '{"session_id": {"a": 1}}', 'invalid_value', '%'),
    ('view', '{"created_at": null}', 'missing_key', '"created_at" is missing%'),
    ('view', '{"created_at": "yesterday"}', 'invalid_value', '"created_at" is "yesterday", and has to be a moment like %'),
    ('view', '{"created_at": "infinity"}', 'invalid_value', '%'),
    ('view', '{"created_at": "10000-01-01T00:00:00Z"}', 'invalid_value', '%'),
    ('view', '{"created_at": "2026-11-29T10:00:00"}', 'invalid_value', '%with its offset'),
    ('view', '{"created_at": "2026-11-29T10:00:00Z BC"}', 'invalid_value', '%'),
    ('view', '{"created_at": "2026-02-30T00:00:00Z"}', 'invalid_value', '"created_at" is "2026-02-30T00:00:00Z", and has a day that its month does not have'),
    ('view', '{"created_at": "1900-02-29T00:00:00Z"}', 'invalid_value', '%day that its month does not have'),
    ('view', '{"created_at": "2000-02-29T00:00:00Z"}', 'too_old', '%'),
    ('view', '{"created_at": "2024-12-31T24:00:00Z"}', 'invalid_value', '%'),
    ('view', '{"created_at": "0999-12-31T00:00:00Z"}', 'invalid_value', '%'),
    ('view', '{"created_at": "2999-12-31T23:59:59.999999999-15:59"}', null, null),
    ('view', '{"created_at": 1764410000}', 'invalid_value', '%'),
    ('view', '{"created_at": "1969-12-31T00:00:00Z"}', 'too_old', '"created_at" is "1969-12-31T00:00:00Z", and events are kept for two years'),
    ('view', jsonb_build_object('created_at', now() - interval '2 years 1 second'), 'too_old', '%'),
    ('view', jsonb_build_object('created_at', now() - interval '2 years'), null, null),
    ('view', '{"topic_id": "a1"}', 'invalid_value', '"topic_id" is "a1", and has to be a UUID'),
    ('view', '{"topic_id": null}', 'missing_key', '"topic_id" is missing, which an event of type topic_view needs'),
    ('view', '{"user_id": "bob"}', 'unknown_key', '"user_id" is no key of an event of type topic_view'),
    ('view', '{"correct_answer": "A"}', 'unknown_key', '"correct_answer" is no key of an event of type topic_view'),
    ('view', '{"user_id": null}', null, null),
    ('view', '{"properties": null}', null, null),
    ('view', '{"properties": [1]}', 'invalid_properties', '"properties" is a JSON array, and has to be an object'),
    ('view', '{"properties": {"email": "x"}}', 'personal_data', 'the property "email" is called like personal data'),
    ('answer', '{"question_id": null}', 'missing_key', '"question_id" is missing, which an event of type question_attempt needs'),
    ('answer', '{"correct_answer": null}', 'missing_key', '"correct_answer" is missing%'),
    ('answer', '{"correct_answer": 1}', 'invalid_value', '"correct_answer" is 1, and has to be a text of at most 200 bytes'),
    ('answer', jsonb_build_object('selected_answer', repeat('é', 101)), 'invalid_value', '%at most 200 bytes'),
    ('answer', '{"selected_answer": null}', null, null),
    ('answer', '{"time_to_answer_seconds": -1}', 'invalid_value', '"time_to_answer_seconds" is -1, and has to be a number of seconds from 0 up'),
    ('answer', '{"time_to_answer_seconds": "5"}', 'invalid_value', '%'),
    ('answer', '{"time_to_answer_seconds": "NaN"}', 'invalid_value', '%'),
    ('answer', '{"time_to_answer_seconds": 86401}', null, null),
    ('answer', '{"time_to_answer_seconds": 1e400}', null, null),
    ('answer', '{"is_hint_used": "yes"}', 'invalid_value', '"is_hint_used" is "yes", and has to be true or false'),
    ('answer', '{"topic_id": "00000000-0000-4000-8000-0000000000ff"}', 'unknown_topic', 'there is no topic 00000000-0000-4000-8000-0000000000ff'),
    ('progress', '{"progress_rate": null}', 'missing_key', '"progress_rate" is missing%'),
    ('progress', '{"progress_rate": 1.01}', 'invalid_value', '"progress_rate" is 1.01, and has to be a number from 0 to 1'),
    ('progress', '{"progress_rate": "1"}', 'invalid_value', '%'),
    ('progress', '{"reading_seconds": -0.5}', 'invalid_value', '%'),
    ('progress', '{"material_id": "00000000-0000-4000-8000-0000000000ff"}', 'unknown_material', 'there is no material 00000000-0000-4000-8000-0000000000ff'),
    ('start', '{"device_type": "fridge"}', 'invalid_value', '"device_type" is "fridge", and has to be desktop, mobile, %'),
    ('start', '{"device_type": 7}', 'invalid_value', '%'),
    ('start', '{"device_type": "web"}', null, null);

create function pg_temp.batch(shift integer, more jsonb) returns jsonb language sql as $$
    select jsonb_agg(
        jsonb_build_object(
            'event_id', '00000000-0000-4000-8000-' || lpad((c.number + shift)::text, 12, '0'), 'session_id', 's', 'created_at', now()
        ) || g.event || c.change
        order by c.number
    ) || more
    from cases as c join good_events as g using (kind);
$$;
grant select on cases, good_events to authenticated;

set local role authenticated;
set local request.jwt.claims = '{"sub": "ada", "role": "authenticated"}';
create temporary table at_once as select public.track_batch(pg_temp.batch(0, '[7]')) as said;
create temporary table in_halves as
select public.track_batch(pg_temp.batch(1000, jsonb_build_array(
    jsonb_build_object('event_id', '00000000-0000-4000-8000-0000000000ee', 'session_id', 's', 'created_at', now())
        || (select g.event from good_events as g where g.kind = 'answer') || '{"question_id": "00000000-0000-4000-8000-0000000000cc"}'
))) as said;

create function pg_temp.unexpected(said jsonb) returns setof text language sql as $$
    select format('%s %s: %s', c.kind, left(c.change::text, 80), r.result)
    from cases as c
    join jsonb_array_elements(said -> 'results') with ordinality as r (result, number) on r.number = c.number
    where r.result ->> 'code' is distinct from c.code or (r.result ->> 'detail' like c.says) is not true and c.says is not null
        or r.result ->> 'status' <> case when c.code is null then 'accepted' else 'rejected' end;
$$;
select is_empty('select pg_temp.unexpected(said) from at_once', 'each event of a batch has its code and what is wrong');
select is_empty('select pg_temp.unexpected(said) from in_halves', 'and the same when they are taken in halves');
select results_eq(
    $$ select said -> 'results' -> -1 ->> 'code', said -> 'results' -> -1 ->> 'detail' from at_once union all
       select said -> 'results' -> -1 ->> 'code', said -> 'results' -> -1 ->> 'detail' from in_halves $$,
    $$ values
        ('not_an_object', 'the event is a JSON number, and has to be an object'),
        ('invalid_value', 'planted: the topic is gone') $$,
    'so have those that are no object, or that the tables refuse'
);

reset role;
select is_empty(
    $$ select c.code from cases as c where c.code is not null and freshet.track_remedy(c.code) is null union
       select t from unnest(array['not_an_object', 'unreadable', 'erased']) as t where freshet.track_remedy(t) is null $$,
    'each code has a remedy'
);

select * from finish();
rollback;

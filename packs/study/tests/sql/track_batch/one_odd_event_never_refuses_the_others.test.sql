-- Each odd event stands between two good ones, as a JSON array and as a text that holds it: only in the text may it have
-- what jsonb cannot hold at all.
begin;
select plan(8);

insert into public.topics (id, name) values ('00000000-0000-4000-8000-0000000000a1', 'Anatomy');
create temporary table odd_events (number integer generated always as identity, event text, is_json boolean default true);
insert into odd_events (event) values
    ('null'), ('[]'), ('"text"'), ('true'), ('{}'), ('{"": ""}'),
    (format('{"event_id": "%s"}', repeat('7', 6000))),
    (format('{"event_id": "00000000-0000-4000-8000-00000000e001", "event_type": "%s"}', repeat('x', 6000))),
    (format('{"event_id": "00000000-0000-4000-8000-00000000e002", "event_type": "topic_view", "session_id": "s", "created_at": "2026-11-29T00:00:00Z", "topic_id": "%s"}', repeat('0', 6000))),
    (format('{"event_id": "00000000-0000-4000-8000-00000000e003", "event_type": "session_end", "session_id": "s", "created_at": "%s"}', repeat('9', 6000))),
    ('{"event_id": "00000000-0000-4000-8000-00000000e004", "event_type": "session_end", "session_id": "s", "created_at": "0000-01-01T00:00:00Z"}'),
    ('{"event_id": "00000000-0000-4000-8000-00000000e005", "event_type": "session_end", "session_id": "s", "created_at": "2025-02-29T00:00:00Z"}'),
    ('{"event_id": "00000000-0000-4000-8000-00000000e006", "event_type": "session_end", "session_id": "s", "created_at": "2026-11-29T00:00:00+16:00"}'),
    ('{"event_id": "00000000-0000-4000-8000-00000000e007", "event_type": "session_end", "session_id": "s", "created_at": "-infinity"}'),
    ('{"event_id": "00000000-0000-4000-8000-00000000e008", "event_type": "session_end", "session_id": "s", "created_at": "0044-03-15T00:00:00Z BC"}'),
    ('{"event_id": "00000000-0000-4000-8000-00000000e009", "event_type": "session_end", "session_id": "s", "created_at": "10000-01-01T00:00:00Z"}'),
    ('{"event_id": "00000000-0000-4000-8000-00000000e010", "event_type": "session_end", "session_id": "s", "created_at": "2026-11-29T00:00:00Z", "properties": {"n": 1e400}}'),
    ('{"event_id": "00000000-0000-4000-8000-00000000e011", "event_type": "session_end", "session_id": "s", "created_at": "2026-11-29T00:00:00Z", "properties": {"n": 1e-400}}'),
    (format('{"event_id": "00000000-0000-4000-8000-00000000e014", "event_type": "session_end", "session_id": "s", "created_at": "2026-11-29T00:00:00Z", "properties": {"n": [%s0]}}', repeat('1e131071, ', 2000))),
    (format('{"event_id": "00000000-0000-4000-8000-00000000e015", "event_type": "session_end", "session_id": "s", "created_at": "2026-11-29T00:00:00Z", "properties": {"n": [%s0]}}', repeat('0e-16000, ', 2000))),
    ('{"event_id": "00000000-0000-4000-8000-00000000e016", "event_type": "session_end", "session_id": "s", "created_at": "2026-11-29T00:00:00Z", "time_to_answer_seconds": -1e131071}'),
    ('{"event_id": "00000000-0000-4000-8000-00000000e012", "event_type": "session_end", "session_id": "s", "created_at": "2026-11-29T00:00:00Z", "properties": {"a": {"a": [[]]}}}'),
    (format('{"event_id": "00000000-0000-4000-8000-00000000e013", "event_type": "session_end", "session_id": "s", "created_at": "2026-11-29T00:00:00Z", "properties": {"a": %s%s}}', repeat('[', 1500), repeat(']', 1500)));
insert into odd_events (event, is_json) values
    ('{"event_id": "00000000-0000-4000-8000-00000000e101", "event_type": "session_end", "session_id": "a\u0000b", "created_at": "2026-11-29T00:00:00Z"}', false),
    ('{"event_id": "00000000-0000-4000-8000-00000000e102", "event_type": "session_end", "session_id": "a\ud800b", "created_at": "2026-11-29T00:00:00Z"}', false),
    ('{"event_id": "00000000-0000-4000-8000-00000000e103", "event_type": "session_end", "session_id": "a\udc00b", "created_at": "2026-11-29T00:00:00Z"}', false),
    ('{"\u0000": 1, "event_id": "00000000-0000-4000-8000-00000000e104"}', false),
    ('{"event_id": "00000000-0000-4000-8000-00000000e105", "event_type": "session_end", "session_id": "s", "created_at": "2026-11-29T00:00:00Z", "properties": {"n": 1e999999}}', false);
update odd_events as o set event = replace(o.event, '"2026-11-29T00:00:00Z"', to_json(now())::text);
grant select on odd_events to authenticated;

create function pg_temp.good_event(number integer) returns text language sql as $$
    select jsonb_build_object(
        'event_id', '00000000-0000-4000-8000-' || lpad(number::text, 12, '0'), 'event_type', 'topic_view', 'session_id', 's',
        'created_at', now(), 'topic_id', '00000000-0000-4000-8000-0000000000a1'
    )::text;
$$;
create function pg_temp.trial(odd text, number integer, as_text boolean) returns text language plpgsql as $$
declare
    events text := format('[%s, %s, %s]', pg_temp.good_event(number), odd, pg_temp.good_event(number + 1));
    said jsonb := public.track_batch(case when as_text then to_jsonb(events) else events::jsonb end);
begin
    return (select string_agg(r ->> 'status', ' ') from jsonb_array_elements(said -> 'results') as r)
        || case when (said #>> '{results,1,detail}') is null and said #>> '{results,1,status}' = 'rejected' then ' without a word' else '' end;
exception
    when others then
        return sqlstate || ' ' || sqlerrm;
end
$$;

set local role authenticated;
set local request.jwt.claims = '{"sub": "ada", "role": "authenticated"}';
-- 1e-400 is 0 to four hundred places: a number like any other. It fits into the bytes that properties may have.
select is_empty(
    $$ select o.event from odd_events as o
       where o.is_json and pg_temp.trial(o.event, 10 * o.number, false)
           <> case when o.event ~ '1e-400' then 'accepted accepted accepted' else 'accepted rejected accepted' end $$,
    'an odd event in an array is rejected alone'
);
select is_empty(
    $$ select o.event from odd_events as o where pg_temp.trial(o.event, 1000 + 10 * o.number, true)
           <> case when o.event ~ '1e-400' then 'accepted duplicate accepted' else 'accepted rejected accepted' end $$,
    'an odd event in a text is rejected alone'
);
select results_eq(
    $$ select said #>> '{results,0,code}', said #>> '{results,1,code}', said #>> '{results,1,event_id}', said #>> '{results,1,detail}'
       from (select public.track_batch(to_jsonb(format('[%s, %s]', pg_temp.good_event(9001), o.event))) as said from odd_events as o where o.event ~ 'e101') as t $$,
    $$ values (null, 'unreadable', null, 'unsupported Unicode escape sequence') $$,
    'an event that cannot be read says why'
);
select results_eq(
    $$ select distinct said #>> '{results,1,code}', said #>> '{results,1,detail}'
       from odd_events as o
       cross join lateral (values (format('[%s, %s]', pg_temp.good_event(9001), o.event)::jsonb), (to_jsonb(format('[%s, %s]', pg_temp.good_event(9001), o.event)))) as sent (events)
       cross join lateral public.track_batch(sent.events) as said
       where o.event ~ 'e01[456]"' $$,
    $$ values ('unreadable', 'a number has more than 1000 digits, or the nesting is too deep') $$,
    'a number that is short in JSON and long in decimals is never written out'
);
-- A topic that is deleted after the batch has looked for it: the quick way fails as a whole.
reset role;
create function public.topic_is_gone() returns trigger language plpgsql as $$
begin
    if new.question_id = '00000000-0000-4000-8000-0000000000cc' then
        raise foreign_key_violation using message = 'planted: the topic is gone';
    end if;
    return new;
end
$$;
create trigger topic_is_gone before insert on public.question_attempts for each row execute function public.topic_is_gone();
set local role authenticated;
select results_eq(
    $$ select r ->> 'status', r ->> 'code', r ->> 'detail', r ->> 'event_id' from jsonb_array_elements(public.track_batch(jsonb_build_array(
           pg_temp.good_event(9101)::jsonb,
           pg_temp.good_event(9102)::jsonb || '{"event_type": "question_attempt", "question_id": "00000000-0000-4000-8000-0000000000cc", "correct_answer": "A"}',
           pg_temp.good_event(9103)::jsonb
       )) -> 'results') as r $$,
    $$ values
        ('accepted', null, null, '00000000-0000-4000-8000-000000009101'),
        ('rejected', 'invalid_value', 'planted: the topic is gone', '00000000-0000-4000-8000-000000009102'),
        ('accepted', null, null, '00000000-0000-4000-8000-000000009103') $$,
    'an event that the tables refuse is rejected alone'
);
reset role;
create or replace function public.topic_is_gone() returns trigger language plpgsql as $$
begin
    if new.question_id = '00000000-0000-4000-8000-0000000000cc' then
        raise foreign_key_violation using message = 'planted: the topic is gone';
    end if;
    raise disk_full using message = 'planted: the disk is full';
end
$$;
set local role authenticated;
select throws_ok(
    $$ select public.track_batch(jsonb_build_array(
           pg_temp.good_event(9201)::jsonb || '{"event_type": "question_attempt", "question_id": "00000000-0000-4000-8000-0000000000cd", "correct_answer": "A"}'
       )) $$,
    '53100', 'planted: the disk is full', 'what is no fault of the event fails the call, so that the client sends it again'
);
select throws_ok(
    $$ select public.track_batch(jsonb_build_array(
           pg_temp.good_event(9301)::jsonb || '{"event_type": "question_attempt", "question_id": "00000000-0000-4000-8000-0000000000cc", "correct_answer": "A"}',
           pg_temp.good_event(9302)::jsonb || '{"event_type": "question_attempt", "question_id": "00000000-0000-4000-8000-0000000000cd", "correct_answer": "A"}'
       )) $$,
    '53100', 'planted: the disk is full', 'beside an event that the tables refuse, too'
);
reset role;
select is(
    (select count(*)::integer from public.study_events as e where e.event_id = '00000000-0000-4000-8000-000000009102'), 0,
    'of a rejected event nothing is written'
);

select * from finish();
rollback;

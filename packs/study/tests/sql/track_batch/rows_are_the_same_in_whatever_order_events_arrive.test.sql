-- Five users report the same events: at once, backwards, in batches of which some are late, in halves beside one that
-- the tables refuse, and by single calls. Session ids differ by user, so that they are compared without them.
begin;
select plan(5);

insert into public.topics (id, name) values ('00000000-0000-4000-8000-0000000000a1', 'Anatomy');
insert into public.study_materials (id, topic_id, title)
select ('00000000-0000-4000-8000-0000000000b' || n)::uuid, '00000000-0000-4000-8000-0000000000a1', 'Bones ' || n from generate_series(1, 2) as n;

create temporary table sent (number integer generated always as identity, event jsonb);
insert into sent (event)
select jsonb_build_object(
    'event_id', '00000000-0000-4000-8000-' || lpad(n::text, 12, '0'), 'session_id', 's' || (n % 3),
    'created_at', now() - n * interval '7 hours', 'event_type', t.type
) || case
    when t.type = 'question_attempt' then jsonb_build_object(
        'question_id', '00000000-0000-4000-8000-0000000000c' || (n % 4), 'topic_id', '00000000-0000-4000-8000-0000000000a1',
        'selected_answer', (array['A', 'B'])[1 + n % 2], 'correct_answer', 'A', 'time_to_answer_seconds', n
    )
    when t.type = 'material_progress' then jsonb_build_object(
        'material_id', '00000000-0000-4000-8000-0000000000b' || (1 + n % 2), 'progress_rate', (n % 5) / 4.0, 'reading_seconds', n / 8.0
    )
    when t.type like 'material%' then jsonb_build_object('material_id', '00000000-0000-4000-8000-0000000000b' || (1 + n % 2))
    when t.type = 'session_start' then jsonb_build_object('device_type', (array['mobile', 'desktop'])[1 + n % 2])
    else '{}'
end
from generate_series(1, 60) as n
cross join lateral (
    select (array['question_attempt', 'material_open', 'material_progress', 'session_start', 'material_complete', 'session_end', 'question_attempt'])[1 + n % 7]
) as t (type);
grant select on sent to authenticated;

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
create function pg_temp.come_as(subject text) returns void language sql as $$
    select set_config('request.jwt.claims', jsonb_build_object('sub', subject, 'role', 'authenticated')::text, true);
$$;

set local role authenticated;
select pg_temp.come_as('at-once'); select public.track_batch(jsonb_agg(s.event order by s.number)) from sent as s;
select pg_temp.come_as('backwards'); select public.track_batch(jsonb_agg(s.event order by s.number desc)) from sent as s;
select pg_temp.come_as('late');
select public.track_batch(jsonb_agg(s.event order by s.number)) from sent as s where s.number % 2 = 1;
select public.track_batch(jsonb_agg(s.event order by s.number)) from sent as s where s.number % 5 <> 1;
select public.track_batch(jsonb_agg(s.event order by s.number)) from sent as s;
select pg_temp.come_as('in-halves');
select public.track_batch(jsonb_agg(s.event order by s.number) || jsonb_agg(
    s.event || jsonb_build_object('event_id', gen_random_uuid(), 'question_id', '00000000-0000-4000-8000-0000000000cc')
) filter (where s.event ? 'correct_answer')) from sent as s;
select pg_temp.come_as('single');
do $$
declare
    one record;
begin
    for one in select s.event as e from sent as s order by hashint4(s.number) loop
        case one.e ->> 'event_type'
            when 'question_attempt' then
                perform public.track_question_attempt(
                    one.e ->> 'session_id', (one.e ->> 'question_id')::uuid, (one.e ->> 'topic_id')::uuid, one.e ->> 'selected_answer',
                    one.e ->> 'correct_answer', (one.e ->> 'time_to_answer_seconds')::numeric,
                    event_id => (one.e ->> 'event_id')::uuid, created_at => (one.e ->> 'created_at')::timestamptz
                );
            when 'material_progress' then
                perform public.track_material_progress(
                    one.e ->> 'session_id', (one.e ->> 'material_id')::uuid, (one.e ->> 'progress_rate')::numeric,
                    (one.e ->> 'reading_seconds')::numeric, event_id => (one.e ->> 'event_id')::uuid,
                    created_at => (one.e ->> 'created_at')::timestamptz
                );
            when 'session_start' then
                perform public.track_session_start(
                    one.e ->> 'session_id', one.e ->> 'device_type', event_id => (one.e ->> 'event_id')::uuid,
                    created_at => (one.e ->> 'created_at')::timestamptz
                );
            when 'session_end' then
                perform public.track_session_end(
                    one.e ->> 'session_id', event_id => (one.e ->> 'event_id')::uuid, created_at => (one.e ->> 'created_at')::timestamptz
                );
            else
                perform public.track_event(
                    one.e ->> 'session_id', one.e ->> 'event_type', material_id => (one.e ->> 'material_id')::uuid,
                    event_id => (one.e ->> 'event_id')::uuid, created_at => (one.e ->> 'created_at')::timestamptz
                );
        end case;
    end loop;
end
$$;
reset role;

create function pg_temp.written(subject text, relation text) returns setof jsonb language plpgsql as $$
begin
    return query execute format(
        'select to_jsonb(t) - array[''user_id'', ''session_id'', ''received_at''] from %s as t where t.user_id = $1 order by 1', relation
    ) using subject;
end
$$;
create function pg_temp.differences(subject text) returns setof text language sql as $$
    select r || ': ' || d
    from unnest(array['public.study_events', 'public.question_attempts', 'public.study_sessions', 'public.material_interactions', 'freshet.study_event_keys']) as r
    cross join lateral (
        (select pg_temp.written('at-once', r) except all select pg_temp.written(subject, r))
        union all (select pg_temp.written(subject, r) except all select pg_temp.written('at-once', r))
    ) as t (d);
$$;
select results_eq(
    $$ select (select count(*)::integer from pg_temp.written('at-once', r)) from unnest(array['public.study_events', 'public.question_attempts', 'public.study_sessions', 'public.material_interactions']) as r $$,
    array[60, 16, 3, 2], 'there is something to compare'
);
select is_empty(format('select pg_temp.differences(%L)', who), who || ' writes the same rows')
from unnest(array['backwards', 'late', 'in-halves', 'single']) as who;

select * from finish();
rollback;

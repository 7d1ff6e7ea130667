begin;
select plan(7);

insert into public.topics (id, name) values ('00000000-0000-4000-8000-0000000000a1', 'Anatomy');
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
create function pg_temp.answer_event(number integer, selected text) returns jsonb language sql as $$
    select jsonb_build_object(
        'event_id', '00000000-0000-4000-8000-' || lpad(number::text, 12, '0'), 'event_type', 'question_attempt', 'session_id', 's',
        'created_at', to_jsonb(now() - interval '1 hour'), 'question_id', '00000000-0000-4000-8000-0000000000c1',
        'topic_id', '00000000-0000-4000-8000-0000000000a1', 'selected_answer', selected, 'correct_answer', 'A'
    );
$$;
create function pg_temp.statuses(events jsonb) returns text language sql as $$
    select string_agg(r ->> 'status', ' ' order by n)
    from jsonb_array_elements(public.track_batch(events) -> 'results') with ordinality as t (r, n);
$$;

set local role authenticated;
set local request.jwt.claims = '{"sub": "ada", "role": "authenticated"}';
select is(
    pg_temp.statuses(jsonb_build_array(pg_temp.answer_event(1, 'A'), pg_temp.answer_event(2, 'A'), pg_temp.answer_event(1, 'B'))),
    'accepted accepted duplicate', 'within a batch the first delivery counts'
);
select is(
    pg_temp.statuses(jsonb_build_array(pg_temp.answer_event(2, 'B'), pg_temp.answer_event(3, 'A'))),
    'duplicate accepted', 'a second batch with an event of the first adds the new one only'
);
select is(
    pg_temp.statuses(jsonb_build_array(
        pg_temp.answer_event(4, 'A') - 'topic_id', pg_temp.answer_event(4, 'A'), pg_temp.answer_event(3, 'A')
    )),
    'rejected accepted duplicate', 'a delivery that is rejected does not use up its id'
);
select is(
    pg_temp.statuses(jsonb_build_array(
        pg_temp.answer_event(5, 'A'), pg_temp.answer_event(1, 'A'), pg_temp.answer_event(5, 'A'),
        pg_temp.answer_event(9, 'A') || '{"question_id": "00000000-0000-4000-8000-0000000000cc"}'
    )),
    'accepted duplicate duplicate rejected', 'beside an event that the tables refuse the same holds'
);
select results_eq(
    'select events_count, questions_attempted, questions_correct from public.study_sessions',
    'values (5, 5, 5)', 'the session counts each event once, with its first answer'
);
set local request.jwt.claims = '{"sub": "bob", "role": "authenticated"}';
select is(
    pg_temp.statuses(jsonb_build_array(pg_temp.answer_event(1, 'A'))), 'accepted', 'the ids of another user are others'
);

reset role;
select results_eq(
    'select user_id, count(*)::integer from public.study_events group by user_id order by user_id',
    $$ values ('ada', 5), ('bob', 1) $$, 'and the log has each event once'
);

select * from finish();
rollback;

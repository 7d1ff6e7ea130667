begin;
select plan(12);

insert into public.tracks (id, title) values ('00000000-0000-0000-0000-0000000000a1', 'A');
select throws_ok(
    format(
        'insert into public.%I (user_id, %s) values (gen_random_uuid(), %s)', t.name, t.columns, format(t.row_values, moment)
    ),
    '23514', null, format('%s: %s', t.name, moment)
)
from (values
    ('learning_sessions', 'track_id, started_at', $$'00000000-0000-0000-0000-0000000000a1', %L$$),
    ('quiz_attempts', 'track_id, quiz_id, started_at', $$'00000000-0000-0000-0000-0000000000a1', gen_random_uuid(), %L$$),
    ('review_sessions', 'started_at', '%L'),
    ('explanation_views', 'question_id, viewed_at', 'gen_random_uuid(), %L')
) as t (name, columns, row_values)
cross join unnest(array['infinity', '1969-12-31 23:59:59+00', '10000-01-01 00:00+00']) as moment;

select * from finish();
rollback;

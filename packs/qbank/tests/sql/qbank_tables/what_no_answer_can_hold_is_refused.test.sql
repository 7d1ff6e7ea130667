begin;
select plan(7);

insert into public.questions (id, lesion, topic) values ('00000000-0000-0000-0000-000000000001', repeat('x', 100), repeat('x', 100));
prepare answer(timestamptz, integer) as insert into public.responses (question_id, is_correct, answered_at, duration_ms)
values ('00000000-0000-0000-0000-000000000001', true, $1, $2);

select lives_ok($$ execute answer('1970-01-01 00:00+00', 0) $$, 'the first moment');
select throws_ok($$ execute answer('1969-12-31 23:59:59+00', 0) $$, '23514', null, 'a clock that was never set');
select throws_ok($$ execute answer('infinity', 0) $$, '23514', null, 'no moment at all');
select throws_ok($$ execute answer('10000-01-01 00:00+00', 0) $$, '23514', null, 'a year of five digits');
select throws_ok($$ execute answer('2026-01-01 00:00+00', -1) $$, '23514', null, 'a duration below nothing');
select throws_ok($$ insert into public.questions (lesion) values (repeat('x', 101)) $$, '23514', null, 'a tag that no caller could ask for');
select throws_ok($$ insert into public.questions (topic) values (repeat('x', 101)) $$, '23514', null, 'a topic that no caller could ask for');

select * from finish();
rollback;

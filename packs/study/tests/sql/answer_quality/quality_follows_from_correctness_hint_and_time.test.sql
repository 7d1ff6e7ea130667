-- Wrong 1, whatever the time. Correct: after a hint or in more than 60 s 3, within 10 s 5, otherwise or without a time 4.
begin;
select plan(1);

select results_eq(
    $$ select a.is_correct, a.is_hint_used, a.seconds, freshet.answer_quality(a.is_correct, a.is_hint_used, a.seconds)
       from (values
           (1, false, false, 5.0), (2, false, true, null), (3, true, false, 0), (4, true, false, 10), (5, true, false, 10.001),
           (6, true, false, 60), (7, true, false, 60.001), (8, true, false, null), (9, true, true, 5), (10, true, true, null)
       ) as a (n, is_correct, is_hint_used, seconds) order by a.n $$,
    $$ values
        (false, false, 5.0, 1), (false, true, null, 1), (true, false, 0, 5), (true, false, 10, 5), (true, false, 10.001, 4),
        (true, false, 60, 4), (true, false, 60.001, 3), (true, false, null, 4), (true, true, 5, 3), (true, true, null, 3) $$,
    'quality of each kind of answer'
);

select * from finish();
rollback;

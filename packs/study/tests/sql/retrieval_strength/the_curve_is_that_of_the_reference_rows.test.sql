-- FSRS-4.5, R = (1 + 19/81 * t/S)^-0.5 at t = 0, 1/2, 1, 2, 3, 7, 10 and 30 times S, from the published implementation.
-- By hand: t = S: (100/81)^-0.5 = 9/10. t = 2 S: (119/81)^-0.5 = 9 / sqrt(119) = 9 / 10.908712 = 0.825029.
begin;
select plan(4);

select results_eq(
    $$ select t.times, round(freshet.retrieval_strength(t.times * s.days, s.days), 6)
       from unnest(array[0, 0.5, 1, 2, 3, 7, 10, 30]) as t (times) cross join (values (1::numeric), (6), (36500)) as s (days)
       order by s.days, t.times $$,
    $$ select r.times, r.strength
       from (values (0::numeric, 1::numeric), (0.5, 0.946059), (1, 0.9), (2, 0.825029), (3, 0.766131), (7, 0.615227), (10, 0.546711), (30, 0.352738))
           as r (times, strength)
       cross join (values (1::numeric), (6), (36500)) as s (days) order by s.days, r.times $$,
    'the reference rows, whatever the stability'
);
select is(freshet.retrieval_strength(7, 7), 0.9::numeric, 'exactly 0.9 on the due day');
select results_eq(
    $$ values (freshet.retrieval_strength(null, 6)), (freshet.retrieval_strength(6, null)), (freshet.retrieval_strength(null, null)) $$,
    $$ values (0::numeric), (0), (0) $$,
    'what was never answered has no strength'
);
select is(freshet.retrieval_strength(-1, 6), 1::numeric, 'an answer that is ahead of the moment counts as of this moment');

select * from finish();
rollback;

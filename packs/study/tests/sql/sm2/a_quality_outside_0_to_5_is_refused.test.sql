begin;
select plan(4);

select throws_ok($$ select freshet.sm2('{4,6}') $$, '22003', 'SM-2 has no quality 6');
select throws_ok($$ select freshet.sm2('{-1}') $$, '22003', 'SM-2 has no quality -1');
select throws_ok($$ select freshet.sm2('{4,null}') $$, '22003', 'SM-2 has no quality null');
select results_eq(
    $$ select * from freshet.sm2('{}') $$, $$ values (2.5, 0, null::integer) $$, 'without answers there is no interval'
);

select * from finish();
rollback;

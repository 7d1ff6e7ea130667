begin;
select plan(3);

select throws_ok(
    format($$ select analytics.register_job(%L, '0 0 1 1 *', 'select 1') $$, repeat('x', 64)), '22023',
    format('job name "%s" has 64 bytes', repeat('x', 64)), 'sixty-four bytes are refused, with the length'
);
select throws_ok($$ select analytics.register_job('', '0 0 1 1 *', 'select 1') $$, '22023', null, 'so is no name');
select lives_ok(format($$ select analytics.register_job(%L, '0 0 1 1 *', 'select 1') $$, repeat('x', 63)), 'sixty-three are kept');

select * from finish();
rollback;

begin;
select plan(3);

select throws_ok(
    $$ update analytics.scheduled_jobs set paused_until = 'infinity' $$, '23514', null, 'no job is paused for ever'
);
select throws_ok(
    $$ update analytics.scheduled_jobs set muted_until = 'infinity' $$, '23514', null, 'no job is muted for ever'
);
select lives_ok(
    $$ update analytics.scheduled_jobs set paused_until = now() + interval '1 hour', muted_until = null $$, 'until a moment, or not at all'
);

select * from finish();
rollback;

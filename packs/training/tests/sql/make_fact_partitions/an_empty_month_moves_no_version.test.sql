begin;
select plan(4);

create temporary table before as
select s.key as name, s.value ->> 'version' as version from jsonb_each(analytics.view_states()) as s;
select ok((select count(*) from before where name in ('attempt_list', 'fact_scenario_attempts')) = 2, 'the lists of attempts have versions');
select is(analytics.make_fact_partitions('2014-01-01', '2014-12-31'), 12, 'twelve months are made');
select is_empty('select * from freshet.watch_gaps()', 'each is watched from its first moment');
select freshet.watch_sources();
select is_empty(
    $$ select name, version from before except select s.key, s.value ->> 'version' from jsonb_each(analytics.view_states()) as s $$,
    'and no view and no live relation has another version, now or after the next look'
);

select * from finish();
rollback;

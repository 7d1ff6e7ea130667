-- In any time zone of the session, and in any time zone in which the moment was written.
begin;
select plan(8);

set local timezone = 'Pacific/Kiritimati'; -- +14
insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id) values ('u');
insert into public.org_members (org_id, user_id) values ('00000000-0000-0000-0000-0000000000a1', 'u');
select analytics.make_fact_partitions('2019-12-01', '2020-03-01');

create function pg_temp.complete(number integer, moment timestamptz) returns void language sql as $$
    insert into public.scenario_attempts (id, org_id, user_id, status, started_at)
    values (lpad(number::text, 32, '0')::uuid, '00000000-0000-0000-0000-0000000000a1', 'u', 'completed', moment);
$$;
select pg_temp.complete(n, moment) from (values
    (1, timestamptz '2019-12-31 23:59:59.999+00'),
    (2, '2020-01-01 00:00:00+00'),
    (3, '2020-01-01 01:29:59.999+01:30'), -- 23:59:59.999 the day before
    (4, '2020-01-01 01:30:00+01:30'),
    (5, '2019-12-31 18:59:59.999-05'), -- 23:59:59.999
    (6, '2019-12-31 19:00:00-05'),
    (7, '2020-02-29 23:59:59.999+00'),
    (8, '2020-03-01 13:59:59.999+14'), -- 23:59:59.999 the day before
    (9, '2020-03-01 00:00:00+00')
) as v (n, moment);
select results_eq(
    $$ select right(attempt_id::text, 1), date_key, right(tableoid::regclass::text, 8) from analytics.fact_scenario_attempts order by attempt_id $$,
    $$ values
        ('1', date '2019-12-31', 'y2019m12'), ('2', '2020-01-01', 'y2020m01'), ('3', '2019-12-31', 'y2019m12'),
        ('4', '2020-01-01', 'y2020m01'), ('5', '2019-12-31', 'y2019m12'), ('6', '2020-01-01', 'y2020m01'),
        ('7', '2020-02-29', 'y2020m02'), ('8', '2020-02-29', 'y2020m02'), ('9', '2020-03-01', 'y2020m03') $$,
    'the last millisecond of a month is in it, by UTC'
);
update public.scenario_attempts set started_at = started_at + interval '1 millisecond' where id = lpad('1', 32, '0')::uuid;
select results_eq(
    $$ select date_key, right(tableoid::regclass::text, 8) from analytics.fact_scenario_attempts where attempt_id = lpad('1', 32, '0')::uuid $$,
    $$ values (date '2020-01-01', 'y2020m01') $$,
    'a start that moves to another month takes its fact there, and leaves none behind'
);
update public.scenario_attempts set started_at = started_at + interval '31 days';
select results_eq(
    $$ select right(tableoid::regclass::text, 8), count(*) from analytics.fact_scenario_attempts group by 1 order by 1 $$,
    $$ values ('_default', 1::bigint), ('y2020m01', 2), ('y2020m02', 4), ('y2020m03', 2) $$,
    'all at once, too; what has no month is kept by the default partition'
);
update public.scenario_attempts set ended_at = started_at + interval '2 hours', status = 'completed';
select is((select count(*) from analytics.fact_scenario_attempts where ended_at - started_at = interval '2 hours'), 9::bigint, 'and follows its attempt there');
update public.scenario_attempts set status = 'started' where id = lpad('9', 32, '0')::uuid;
select is_empty($$ select * from analytics.fact_scenario_attempts_default $$, 'and goes with it');

select throws_ok(
    $$ insert into analytics.fact_scenario_attempts (attempt_id, org_id, user_id, started_at, date_key)
       values (gen_random_uuid(), gen_random_uuid(), 'u', '2020-01-01 00:00+00', '2019-12-31') $$,
    '23514', null, 'no fact lies on another day than its own'
);
select set_eq(
    $$ select i.relname from pg_index as x join pg_class as i on i.oid = x.indexrelid where x.indrelid = 'analytics.fact_scenario_attempts'::regclass $$,
    array['fact_scenario_attempts_pkey', 'idx_fact_attempts_org_date', 'idx_fact_attempts_user_date', 'idx_fact_attempts_scenario', 'idx_covering', 'idx_fact_attempts_newest', 'idx_fact_attempts_started_at'],
    'the indexes of the document are there, and that of the list'
);
select is(
    pg_get_indexdef('analytics.idx_covering'::regclass),
    'CREATE INDEX idx_covering ON ONLY analytics.fact_scenario_attempts USING btree (org_id, user_id, started_at) INCLUDE (score, duration_seconds)',
    'one of them covers a person''s scores'
);

select * from finish();
rollback;

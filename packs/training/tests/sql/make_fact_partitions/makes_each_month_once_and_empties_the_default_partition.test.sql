begin;
select plan(12);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id) values ('u');
insert into public.org_members (org_id, user_id) values ('00000000-0000-0000-0000-0000000000a1', 'u');
insert into public.scenario_attempts (org_id, user_id, status, score, started_at)
select '00000000-0000-0000-0000-0000000000a1', 'u', 'completed', 1, day
from generate_series(timestamptz '2015-01-15 12:00+00', '2015-04-15 12:00+00', interval '1 month') as day;
select is((select count(*) from analytics.fact_scenario_attempts_default), 4::bigint, 'four months wait without a partition');

select is(analytics.make_fact_partitions('2015-01-31', '2015-03-01'), 3, 'every month between the two days is made, both included');
select results_eq(
    $$ select right(tableoid::regclass::text, 8), count(*) from analytics.fact_scenario_attempts group by 1 order by 1 $$,
    $$ values ('_default', 1::bigint), ('y2015m01', 1), ('y2015m02', 1), ('y2015m03', 1) $$,
    'their rows have moved there, and the fourth still waits'
);
select is(analytics.make_fact_partitions('2015-01-01', '2015-03-31'), 0, 'what is there is not made again');
select is(analytics.make_fact_partitions('2015-03-01', '2015-04-01'), 1, 'only what is missing is');
select is_empty('select * from analytics.fact_scenario_attempts_default', 'and then the default partition is empty');
update public.scenario_attempts set score = 2;
select results_eq('select count(*), min(score) from analytics.fact_scenario_attempts', 'values (4::bigint, 2::numeric)', 'facts that moved still follow their attempts');

select throws_ok(format('select analytics.make_fact_partitions(%L, %L)', from_on, to_on), '22023', format('cannot make partitions from %s to %s', coalesce(from_on, 'null'), coalesce(to_on, 'null')), format('refused: %s to %s', from_on, to_on))
from (values ('2015-05-01', '2015-04-30'), (null, '2015-04-30'), ('1970-01-01', '2026-01-01')) as v (from_on, to_on);

select is_empty(
    $$ select c.oid::regclass from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
       where i.inhparent = 'analytics.fact_scenario_attempts'::regclass
         and (not c.relrowsecurity or has_table_privilege('authenticated', c.oid, 'select') or has_table_privilege('anon', c.oid, 'select')
              or (select count(*) from pg_index as x where x.indrelid = c.oid) <> (select count(*) from pg_index as x where x.indrelid = i.inhparent)) $$,
    'each partition is closed to clients and has the indexes of the table'
);
select ok(
    (select bool_and(to_regclass(to_char(m, '"analytics.fact_scenario_attempts_y"YYYY"m"MM')) is not null)
     from generate_series(date_trunc('month', now() at time zone 'UTC'), (now() at time zone 'UTC') + interval '12 months', interval '1 month') as m),
    'this month and the twelve that follow are there from the start'
);

select * from finish();
rollback;

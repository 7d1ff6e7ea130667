begin;
select plan(17);

insert into public.study_events (event_id, user_id, event_type, created_at)
select md5(t.at::text)::uuid, 'u', 'topic_view', t.at
from unnest(array[
    '2015-01-15 12:00+00', '2015-02-28 23:59:59.999999+00', '2015-03-01 00:00+00', '2015-04-15 12:00+00'
]::timestamptz[]) as t (at);
select is((select count(*) from public.study_events_default), 4::bigint, 'four events wait without a partition');

set local time zone 'Pacific/Auckland';
select is(analytics.make_study_partitions('2015-01-31', '2015-03-01'), 3, 'every month between the two days is made, both included');
set local time zone 'UTC';
select results_eq(
    $$ select right(e.tableoid::regclass::text, 8), count(*) from public.study_events as e group by 1 order by 1 $$,
    $$ values ('_default', 1::bigint), ('y2015m01', 1), ('y2015m02', 1), ('y2015m03', 1) $$,
    'their events have moved there by the month in UTC, whatever the session''s zone, and the fourth still waits'
);
select is(analytics.make_study_partitions('2015-01-01', '2015-03-31'), 0, 'what is there is not made again');
select throws_ok(
    $$ delete from public.study_events_default $$, '42501', 'study events are immutable: DELETE is refused',
    'after the move the default partition refuses deletes again'
);
select is(analytics.make_study_partitions('2015-03-01', '2015-04-01'), 1, 'only what is missing is');
select is_empty('select from public.study_events_default', 'and then the default partition is empty');
select throws_ok(
    format('delete from public.study_events_y2015m%s', m), '42501', null, format('month %s refuses deletes', m)
)
from unnest(array['01', '04']) as m;

select throws_ok($$ truncate public.study_events_y2015m02 $$, '42501', 'study events are immutable: TRUNCATE is refused', 'a new month refuses to be truncated');
select is_empty(
    $$ select c.relname, r.role, p.privilege
       from pg_class as c
       cross join (values ('anon'), ('authenticated'), ('service_role')) as r (role)
       cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as p (privilege)
       where c.relnamespace = 'public'::regnamespace and c.relname ~ '^study_events_y2015' and c.relkind = 'r'
         and (has_table_privilege(r.role, c.oid, p.privilege) or not c.relrowsecurity) $$,
    'and is closed to the roles of the API, whatever the schema grants on new tables'
);

select throws_ok(format('select analytics.make_study_partitions(%L, %L)', from_on, to_on), '22023', format('cannot make partitions from %s to %s', coalesce(from_on, 'null'), coalesce(to_on, 'null')), format('refused: %s to %s', from_on, to_on))
from (values ('2015-05-01', '2015-04-30'), (null, '2015-04-30'), ('1970-01-01', '2026-01-01')) as v (from_on, to_on);

select results_eq(
    $$ select j.schedule, d.command = j.command from cron.job as j join analytics.scheduled_jobs as d on d.job_name = j.jobname where j.jobname = 'make-study-months' $$,
    $$ values ('15 0 * * *', true) $$,
    'a job that is declared makes the months'
);
select ok(
    (select bool_and(to_regclass(to_char(m, '"public.study_events_y"YYYY"m"MM')) is not null) and count(*) = 28
     from generate_series(date_trunc('month', now() at time zone 'UTC') - interval '2 years', (now() at time zone 'UTC') + interval '3 months', interval '1 month') as m),
    'from the start there are this month, the 24 before, in which late events may fall, and three ahead'
);
do $$
begin
    execute to_char(now() at time zone 'UTC' + interval '3 months', '"drop table public.study_events_y"YYYY"m"MM');
end
$$;
do $$
begin
    execute (select j.command from cron.job as j where j.jobname = 'make-study-months');
end
$$;
select isnt(
    to_regclass(to_char(now() at time zone 'UTC' + interval '3 months', '"public.study_events_y"YYYY"m"MM')), null,
    'the command of the job makes the month that is missing'
);

select * from finish();
rollback;

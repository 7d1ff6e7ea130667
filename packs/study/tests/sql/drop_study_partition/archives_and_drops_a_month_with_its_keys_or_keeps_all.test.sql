begin;
select plan(11);

select analytics.make_study_partitions('2015-01-01', '2015-02-01');
insert into public.study_events (event_id, user_id, event_type, created_at)
select md5(t.at::text)::uuid, 'u', 'topic_view', t.at
from unnest(array['2015-01-01 00:00+00', '2015-01-31 23:59:59.999999+00', '2015-02-01 00:00+00']::timestamptz[]) as t (at);
insert into freshet.study_event_keys (user_id, event_id, created_at)
select e.user_id, e.event_id, e.created_at from public.study_events as e;

set local time zone 'America/New_York';
select results_eq(
    $$ select c.relname::text collate "default", p.from_at, p.to_at from freshet.old_study_partitions() as p join pg_class as c on c.oid = p.partition order by p.to_at $$,
    $$ values
        ('study_events_y2015m01', timestamptz '2015-01-01 00:00+00', timestamptz '2015-02-01 00:00+00'),
        ('study_events_y2015m02', '2015-02-01 00:00+00', '2015-03-01 00:00+00') $$,
    'months that ended two years ago are old, whatever the session''s zone, and no other partition is'
);

create or replace function freshet.archive_study_partition(partition regclass) returns void language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'the archive cannot be reached';
end
$$;
select throws_ok(
    $$ select freshet.drop_study_partition(p.partition, p.from_at, p.to_at) from freshet.old_study_partitions() as p limit 1 $$,
    'the archive cannot be reached', 'what the hook raises is raised'
);
select is((select count(*) from public.study_events_y2015m01), 2::bigint, 'and the month stays');
select is((select count(*) from freshet.study_event_keys), 3::bigint, 'with the keys of its events');

create temporary table january as select 'public.study_events_y2015m01'::regclass::oid as oid;
create temporary table archived (like public.study_events);
create or replace function freshet.archive_study_partition(partition regclass) returns void language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
    execute format('insert into pg_temp.archived select * from %s', partition);
end
$$;
select lives_ok(
    $$ select freshet.drop_study_partition(p.partition, p.from_at, p.to_at) from freshet.old_study_partitions() as p limit 1 $$,
    'otherwise the month is dropped'
);
select is((select count(*) from archived), 2::bigint, 'after the hook has had its events');
select is(to_regclass('public.study_events_y2015m01'), null, 'it is gone');
select is((select count(*) from public.study_events), 1::bigint, 'the month after it is not');
select is((select count(*) from freshet.study_event_keys), 1::bigint, 'the keys of its events are gone, and no other');
select lives_ok(
    $$ select freshet.drop_study_partition(j.oid::regclass, '2015-01-01 00:00+00', '2015-02-01 00:00+00') from january as j $$,
    'a month that another call has dropped meanwhile is no fault'
);

select results_eq(
    $$ select j.schedule, d.command = j.command, j.command from cron.job as j join analytics.scheduled_jobs as d on d.job_name = j.jobname where j.jobname = 'drop-old-study-events' $$,
    $$ values ('50 2 * * *', true, 'call analytics.drop_old_study_events()') $$,
    'a job that is declared drops them: one statement, because a procedure commits in no other'
);

select * from finish();
rollback;

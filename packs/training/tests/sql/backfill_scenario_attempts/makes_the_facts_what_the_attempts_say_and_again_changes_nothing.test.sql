begin;
select plan(16);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id) values ('u');
insert into public.org_members (org_id, user_id) values ('00000000-0000-0000-0000-0000000000a1', 'u');
-- 25 attempts of five days in 2017, of which 20 are completed. Their writer went past the triggers.
alter table public.scenario_attempts disable trigger user;
insert into public.scenario_attempts (id, org_id, user_id, status, score, started_at)
select lpad(n::text, 32, '0')::uuid, '00000000-0000-0000-0000-0000000000a1', 'u', case when n % 5 = 0 then 'started' else 'completed' end, n,
    timestamptz '2017-01-30 12:00+00' + (n % 5) * interval '1 day'
from generate_series(1, 25) as n;
select is_empty('select * from analytics.fact_scenario_attempts', 'there are no facts yet');

create function pg_temp.step(batch_size integer) returns text language sql as $$
    select concat_ws(' ', b.examined_count, b.written_count, b.removed_count, b.finished_at is not null)
    from analytics.backfill_scenario_attempts(batch_size) as b;
$$;
select is(pg_temp.step(10), '10 8 0 f', 'a batch says how far it has come');
select is((select count(*) from analytics.fact_scenario_attempts), 8::bigint, 'and its facts are there');
select is(pg_temp.step(10), '20 16 0 f', 'the next goes on from there');
select is(pg_temp.step(10), '25 20 0 t', 'and the last says so');
create view pg_temp.differences as
(select attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at, date_key from analytics.fact_scenario_attempts
 except
 select id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at, (started_at at time zone 'UTC')::date from public.scenario_attempts where status = 'completed')
union all
(select id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at, (started_at at time zone 'UTC')::date from public.scenario_attempts where status = 'completed'
 except
 select attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at, date_key from analytics.fact_scenario_attempts);
select is_empty('select * from pg_temp.differences', 'every fact is as its attempt');
select is_empty('select * from analytics.fact_scenario_attempts_default', 'the months were made first');

create temporary table first_time as select attempt_id, ctid::text as place, tableoid as partition from analytics.fact_scenario_attempts;
select is(pg_temp.step(7), '7 0 0 f', 'once more, in other batches');
select is(array(select pg_temp.step(7) from generate_series(1, 3)), array['14 0 0 f', '21 0 0 f', '25 0 0 t'], 'it finds nothing to do');
select set_eq('select attempt_id, ctid::text as place, tableoid as partition from analytics.fact_scenario_attempts', 'select * from first_time', 'and no row was written');

update public.scenario_attempts set score = 99 where id = lpad('1', 32, '0')::uuid;
update public.scenario_attempts set status = 'abandoned' where id = lpad('2', 32, '0')::uuid;
update public.scenario_attempts set started_at = started_at + interval '2 years' where id = lpad('3', 32, '0')::uuid;
delete from public.scenario_attempts where id in (lpad('4', 32, '0')::uuid, lpad('24', 32, '0')::uuid);
insert into analytics.fact_scenario_attempts (attempt_id, org_id, user_id, started_at, date_key)
values ('ffffffff-ffff-ffff-ffff-ffffffffffff', gen_random_uuid(), 'nobody', '2017-01-01 00:00+00', '2017-01-01'),
    ('00000000-0000-0000-0000-000000000000', gen_random_uuid(), 'nobody', '2017-01-01 00:00+00', '2017-01-01');
select is(array(select pg_temp.step(1000)), array['23 2 6 t'], 'facts that are wrong, on another day, of no completed attempt, or of none at all');
select is_empty('select * from pg_temp.differences', 'are mended');
alter table public.scenario_attempts enable trigger user;
update public.scenario_attempts set score = 1;
select is_empty('select * from pg_temp.differences', 'and from then on the triggers keep them');

insert into public.scenario_attempts (id, org_id, user_id, status, started_at)
select lpad(n::text, 32, '0')::uuid, '00000000-0000-0000-0000-0000000000a1', 'u', 'completed', '2017-01-30 12:00+00' from generate_series(101, 107) as n;
select is(pg_temp.step(30), '30 0 0 f', 'a batch that is full to the last attempt');
select is(pg_temp.step(30), '30 0 0 t', 'is followed by an empty one');
select throws_ok('select analytics.backfill_scenario_attempts(0)', '22023', 'batch_size is 0', 'a batch has a row at least');

select * from finish();
rollback;

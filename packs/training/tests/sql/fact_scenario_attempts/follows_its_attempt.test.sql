begin;
select plan(17);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000a2', 'B');
insert into public.users (id) values ('u'), ('v');
insert into public.org_members (org_id, user_id) select o.id, u.id from public.orgs as o cross join public.users as u;
insert into public.scenarios (id, org_id, title) values ('00000000-0000-0000-0000-0000000000b1', '00000000-0000-0000-0000-0000000000a1', 'S');
insert into public.scenario_attempts (id, org_id, user_id, scenario_id, status, talk_ms, started_at) values
    ('00000000-0000-0000-0000-0000000000c1', '00000000-0000-0000-0000-0000000000a1', 'u', '00000000-0000-0000-0000-0000000000b1', 'started', 7, '2026-03-01 10:00+00'),
    ('00000000-0000-0000-0000-0000000000c2', '00000000-0000-0000-0000-0000000000a1', 'u', null, 'abandoned', null, '2026-03-01 11:00+00');
select is_empty('select * from analytics.fact_scenario_attempts', 'an attempt that runs, or was given up, is no fact');

update public.scenario_attempts set status = 'completed', score = 61.5, duration_seconds = 300, listen_ms = 8, ended_at = '2026-03-01 10:05+00'
where id = '00000000-0000-0000-0000-0000000000c1';
select results_eq(
    $$ select right(attempt_id::text, 2), right(org_id::text, 2), user_id, right(scenario_id::text, 2), score, duration_seconds, talk_ms, listen_ms, started_at, ended_at, date_key
       from analytics.fact_scenario_attempts $$,
    $$ values ('c1', 'a1', 'u', 'b1', 61.5, 300, 7, 8, timestamptz '2026-03-01 10:00+00', timestamptz '2026-03-01 10:05+00', date '2026-03-01') $$,
    'completed, it becomes one, with all that it says'
);
insert into public.scenario_attempts (id, org_id, user_id, status, started_at)
values ('00000000-0000-0000-0000-0000000000c3', '00000000-0000-0000-0000-0000000000a2', 'u', 'completed', '2026-03-02 10:00+00');
select is((select count(*) from analytics.fact_scenario_attempts), 2::bigint, 'one that arrives completed is a fact at once');

create function pg_temp.facts() returns setof text language sql as $$
    select concat_ws(' ', right(f.attempt_id::text, 2), right(f.org_id::text, 2), f.user_id, coalesce(right(f.scenario_id::text, 2), '-'), coalesce(f.score::text, '-'), f.date_key)
    from analytics.fact_scenario_attempts as f order by f.attempt_id, f.date_key;
$$;
update analytics.fact_scenario_attempts set created_at = '2026-03-03';
update public.scenario_attempts set score = 70 where status = 'completed';
select results_eq('select * from pg_temp.facts()', array['c1 a1 u b1 70 2026-03-01', 'c3 a2 u - 70 2026-03-02'], 'a new score changes the facts, several in one statement');
select is((select count(*) from analytics.fact_scenario_attempts where created_at = '2026-03-03'), 2::bigint, 'which are still the same facts');
update public.scenario_attempts set status = 'completed' where status = 'completed';
select is((select count(*) from analytics.fact_scenario_attempts), 2::bigint, 'completing twice makes no second fact');
update public.scenario_attempts set score = null where id = '00000000-0000-0000-0000-0000000000c3';
update public.scenario_attempts set user_id = 'v' where id = '00000000-0000-0000-0000-0000000000c1';
select results_eq('select * from pg_temp.facts()', array['c1 a1 v b1 70 2026-03-01', 'c3 a2 u - - 2026-03-02'], 'a score that was taken back is null, and a user that was mistaken is mended');

update public.scenario_attempts set status = 'started' where id = '00000000-0000-0000-0000-0000000000c1';
select results_eq('select * from pg_temp.facts()', array['c3 a2 u - - 2026-03-02'], 'completed no more, it is no fact');
update public.scenario_attempts set status = case status when 'completed' then 'abandoned' else 'completed' end;
select results_eq('select * from pg_temp.facts()', array['c1 a1 v b1 70 2026-03-01', 'c2 a1 u - - 2026-03-01'], 'one statement may complete some and un-complete others');
delete from public.scenarios;
select results_eq('select * from pg_temp.facts()', array['c1 a1 v - 70 2026-03-01', 'c2 a1 u - - 2026-03-01'], 'a scenario that is deleted leaves facts without one');

insert into public.scenario_attempts (id, org_id, user_id, status, score, started_at) values
    ('00000000-0000-0000-0000-0000000000c2', '00000000-0000-0000-0000-0000000000a1', 'u', 'completed', 5, '2026-03-01 11:00+00'),
    ('00000000-0000-0000-0000-0000000000c4', '00000000-0000-0000-0000-0000000000a1', 'u', 'completed', 6, '2026-03-01 12:00+00')
on conflict (id) do update set score = excluded.score;
select results_eq('select * from pg_temp.facts()', array['c1 a1 v - 70 2026-03-01', 'c2 a1 u - 5 2026-03-01', 'c4 a1 u - 6 2026-03-01'], 'an upsert inserts and changes');
merge into public.scenario_attempts as a
using (values ('00000000-0000-0000-0000-0000000000c4'::uuid), ('00000000-0000-0000-0000-0000000000c2')) as s (id) on a.id = s.id
when matched and a.score = 6 then delete
when matched then update set score = 9;
select results_eq('select * from pg_temp.facts()', array['c1 a1 v - 70 2026-03-01', 'c2 a1 u - 9 2026-03-01'], 'and so does a merge');
update public.scenario_attempts set id = '00000000-0000-0000-0000-0000000000c9' where id = '00000000-0000-0000-0000-0000000000c2';
select results_eq('select * from pg_temp.facts()', array['c1 a1 v - 70 2026-03-01', 'c9 a1 u - 9 2026-03-01'], 'a fact follows its key');

delete from public.scenario_attempts where id = '00000000-0000-0000-0000-0000000000c9';
select results_eq('select * from pg_temp.facts()', array['c1 a1 v - 70 2026-03-01'], 'an attempt that is deleted takes its fact along');
delete from public.users where id = 'v';
select is_empty('select * from pg_temp.facts()', 'and so does a user');
insert into public.scenario_attempts (org_id, user_id, status) values ('00000000-0000-0000-0000-0000000000a1', 'u', 'completed');
truncate public.scenario_attempts cascade;
select is_empty('select * from pg_temp.facts()', 'truncated attempts leave none');
insert into public.scenario_attempts (org_id, user_id, status) values ('00000000-0000-0000-0000-0000000000a1', 'u', 'completed');
delete from public.orgs;
select is_empty('select * from pg_temp.facts()', 'nor does an organisation that is gone');

select * from finish();
rollback;

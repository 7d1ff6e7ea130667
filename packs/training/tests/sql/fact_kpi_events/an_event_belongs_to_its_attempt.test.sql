begin;
select plan(9);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000a2', 'B');
insert into public.users (id) values ('u'), ('v');
insert into public.org_members (org_id, user_id) select o.id, u.id from public.orgs as o cross join public.users as u;
insert into public.scenarios (id, org_id, title) values ('00000000-0000-0000-0000-0000000000b1', '00000000-0000-0000-0000-0000000000a1', 'S');
insert into public.scenario_attempts (id, org_id, user_id, scenario_id) values
    ('00000000-0000-0000-0000-0000000000c1', '00000000-0000-0000-0000-0000000000a1', 'u', '00000000-0000-0000-0000-0000000000b1'),
    ('00000000-0000-0000-0000-0000000000c2', '00000000-0000-0000-0000-0000000000a1', 'u', null);
create function pg_temp.note(attempt text, org text, person text, scenario text) returns void language sql as $$
    insert into analytics.fact_kpi_events (attempt_id, org_id, user_id, scenario_id, event_type)
    select ('00000000-0000-0000-0000-0000000000' || attempt)::uuid, ('00000000-0000-0000-0000-0000000000' || org)::uuid, person,
        ('00000000-0000-0000-0000-0000000000' || scenario)::uuid, 'long_pause';
$$;
select throws_like(format('select pg_temp.note(%L, %L, %L, %L)', attempt, org, person, scenario), '%does not fit its attempt%', what)
from (values
    ('c1', 'a2', 'u', 'b1', 'another organisation than the attempt''s'),
    ('c1', 'a1', 'v', 'b1', 'another user'),
    ('c1', 'a1', 'u', 'b2', 'another scenario'),
    ('c2', 'a1', 'u', 'b1', 'a scenario where the attempt has none')
) as v (attempt, org, person, scenario, what);
select throws_ok($$ select pg_temp.note('c9', 'a1', 'u', null) $$, '23503', null, 'an attempt that does not exist');

select pg_temp.note('c1', 'a1', 'u', 'b1');
select pg_temp.note('c2', 'a1', 'u', null);
create function pg_temp.events() returns setof text language sql as $$
    select concat_ws(' ', right(e.attempt_id::text, 2), right(e.org_id::text, 2), e.user_id, coalesce(right(e.scenario_id::text, 2), '-'))
    from analytics.fact_kpi_events as e order by 1;
$$;
update public.scenario_attempts set org_id = '00000000-0000-0000-0000-0000000000a2', user_id = 'v' where scenario_id is null;
select results_eq('select * from pg_temp.events()', array['c1 a1 u b1', 'c2 a2 v -'], 'an attempt that changes hands takes its events along');
delete from public.scenarios;
select results_eq('select * from pg_temp.events()', array['c1 a1 u -', 'c2 a2 v -'], 'a scenario that is deleted is no more in them');
delete from public.scenario_attempts where org_id = '00000000-0000-0000-0000-0000000000a2';
select results_eq('select * from pg_temp.events()', array['c1 a1 u -'], 'and an attempt that is deleted takes them with it');
truncate public.scenario_attempts cascade;
select is_empty('select * from pg_temp.events()', 'a truncate too');

select * from finish();
rollback;

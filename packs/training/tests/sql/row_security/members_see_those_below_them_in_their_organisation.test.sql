-- Two organisations with the same user ids. In the first, m manages s (solid) and d (dotted); g is m's, and has left.
begin;
select plan(32);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000a2', 'B');
insert into public.users (id) select unnest(array['a', 'm', 's', 'd', 'g', 'x', 'only-b']);
insert into public.org_members (org_id, user_id, role, manager_id, left_at) values
    ('00000000-0000-0000-0000-0000000000a1', 'a', 'admin', null, null),
    ('00000000-0000-0000-0000-0000000000a1', 'm', 'manager', null, null),
    ('00000000-0000-0000-0000-0000000000a1', 's', 'trainee', 'm', now() + interval '1 day'),
    ('00000000-0000-0000-0000-0000000000a1', 'd', 'trainee', 'a', null),
    ('00000000-0000-0000-0000-0000000000a1', 'g', 'trainee', 'm', now() - interval '1 day'),
    ('00000000-0000-0000-0000-0000000000a1', 'x', 'trainee', null, null),
    ('00000000-0000-0000-0000-0000000000a2', 'm', 'trainee', null, null),
    ('00000000-0000-0000-0000-0000000000a2', 'x', 'trainee', 'm', null),
    ('00000000-0000-0000-0000-0000000000a2', 'only-b', 'admin', null, null);
insert into public.dotted_lines (org_id, user_id, manager_id) values
    ('00000000-0000-0000-0000-0000000000a1', 'd', 'm'), ('00000000-0000-0000-0000-0000000000a1', 'x', 'a');
insert into public.teams (org_id, manager_id, name) select m.org_id, m.user_id, m.user_id from public.org_members as m where m.user_id = 'm';
insert into public.scenarios (id, org_id, title) values
    ('00000000-0000-0000-0000-0000000000b1', '00000000-0000-0000-0000-0000000000a1', 'of A'),
    ('00000000-0000-0000-0000-0000000000b2', '00000000-0000-0000-0000-0000000000a2', 'of B');
insert into public.scenario_attempts (org_id, user_id) select m.org_id, m.user_id from public.org_members as m;
insert into public.assignments (org_id, scenario_id, assignee_id)
select m.org_id, s.id, m.user_id from public.org_members as m join public.scenarios as s on s.org_id = m.org_id;

create function pg_temp.seen(relation text, person text) returns text language plpgsql as $$
declare
    answer text;
begin
    execute format(
        'select string_agg(%1$I, '' '' order by %1$I) || '' of '' || string_agg(distinct right(org_id::text, 2), '' '') from public.%2$I', person, relation
    ) into answer;
    return answer;
end
$$;
create function pg_temp.come_as(subject text, org text, role text) returns void language sql as $$
    select set_config('request.jwt.claims', jsonb_build_object(
        'sub', subject, 'role', 'authenticated', 'org_id', '00000000-0000-0000-0000-0000000000' || org, 'org_role', role
    )::text, true);
$$;
create temporary table people_tables (name text, person text);
insert into people_tables values ('org_members', 'user_id'), ('scenario_attempts', 'user_id'), ('assignments', 'assignee_id');
grant select on people_tables to authenticated;

set local role authenticated;
select pg_temp.come_as('a', 'a1', 'admin');
select is(pg_temp.seen(t.name, t.person), 'a d g m s x of a1', t.name || ': an admin sees the organisation, former members too') from people_tables as t;
select is(pg_temp.seen('dotted_lines', 'manager_id'), 'a m of a1', 'and its dotted lines');
select results_eq($$ select id from public.users order by id $$, $$ select unnest(array['a', 'd', 'g', 'm', 's', 'x']) $$, 'and the users who are in it');
select pg_temp.come_as('m', 'a1', 'manager');
select is(pg_temp.seen(t.name, t.person), 'd m s of a1', t.name || ': a manager sees active people by solid and dotted lines') from people_tables as t;
select is(pg_temp.seen('dotted_lines', 'user_id'), 'd of a1', 'and their dotted lines');
select pg_temp.come_as('s', 'a1', 'trainee');
select is(pg_temp.seen(t.name, t.person), 's of a1', t.name || ': a trainee sees own rows') from people_tables as t;
select is(pg_temp.seen('teams', 'manager_id'), 'm of a1', 'and the teams');
select is(pg_temp.seen('scenarios', 'title'), 'of A of a1', 'and scenarios of the organisation');
select results_eq($$ select name from public.orgs $$, array['A'], 'and the organisation itself');
select pg_temp.come_as('m', 'a2', 'trainee');
select is(pg_temp.seen(t.name, t.person), 'm of a2', t.name || ': a manager elsewhere is what the token''s organisation made of them') from people_tables as t;
select pg_temp.come_as('only-b', 'a1', 'manager');
select is(pg_temp.seen(t.name, t.person), null, t.name || ': a manager of another organisation sees nobody here') from people_tables as t;
set local request.jwt.claims = '{"sub": "m", "role": "authenticated", "org_role": "admin", "user_metadata": {"org_id": "00000000-0000-0000-0000-0000000000a1"}}';
select is(pg_temp.seen(t.name, t.person), null, t.name || ': without an organisation in the claims nothing is seen') from people_tables as t;

select throws_ok(format('delete from public.%I', t.name), '42501', null, t.name || ': clients write nothing') from people_tables as t;

reset role;
update public.org_members set left_at = now() where user_id = 'm' and org_id = '00000000-0000-0000-0000-0000000000a1';
set local role authenticated;
select pg_temp.come_as('m', 'a1', 'manager');
select is(pg_temp.seen('scenario_attempts', 'user_id'), 'm of a1', 'a manager who has left sees nobody else''s rows');

set local role anon;
select throws_ok(format('select * from public.%I', t), '42501', null, t || ': anon reads nothing')
from unnest(array['orgs', 'users', 'scenario_attempts', 'assignments']) as t;

reset role;
select * from finish();
rollback;

begin;
select plan(4);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000b1', 'B');
insert into public.users (id, name) values ('mia', 'Mia'), ('max', 'Max'), ('ann', 'Ann'), ('bob', 'Bob'), ('fay', 'Fay');
insert into public.org_members (org_id, user_id, role) values ('00000000-0000-0000-0000-0000000000a1', 'mia', 'manager'), ('00000000-0000-0000-0000-0000000000a1', 'max', 'manager'), ('00000000-0000-0000-0000-0000000000b1', 'mia', 'manager');
insert into public.org_members (org_id, user_id, manager_id, left_at)
select '00000000-0000-0000-0000-0000000000a1', p.who, p.manager, case p.who when 'fay' then now() - interval '1 day' end from (values ('ann', 'mia'), ('fay', 'mia'), ('bob', 'max')) as p (who, manager);
insert into public.teams (id, org_id, manager_id, name) values (md5('East')::uuid, '00000000-0000-0000-0000-0000000000a1', 'mia', 'East'), (md5('Other')::uuid, '00000000-0000-0000-0000-0000000000b1', 'mia', 'Other');

create function pg_temp.read(people jsonb)
returns table (manager text, manager_name text, team uuid, name text, members bigint) language sql as $$
    select r.manager_id, r.manager_name, r.team_id, r.name, r.members_count
    from freshet.reading_training_teams(jsonb_build_object('params', '{}'::jsonb, 'today', null, 'org', '00000000-0000-0000-0000-0000000000a1', 'people', people)) as r order by r.manager_id;
$$;
select results_eq($$ select * from pg_temp.read('null') $$, $$ values ('max'::text, 'Max'::text, null::uuid, 'Max'::text, 1::bigint), ('mia', 'Mia', md5('East')::uuid, 'East', 1) $$, 'an admin lists every team, also one without a row of its own');
select results_eq($$ select manager, name from pg_temp.read('["mia"]') $$, $$ values ('mia'::text, 'East'::text) $$, 'a manager the own one');
select is_empty($$ select * from pg_temp.read('["ann"]') $$, 'who leads nobody none');
update public.org_members set left_at = now() where user_id = 'mia';
select is_empty($$ select * from pg_temp.read('["mia"]') $$, 'and who has left none any more');

select * from finish();
rollback;

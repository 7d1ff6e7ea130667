begin;
select plan(8);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000a2', 'B');
insert into public.users (id) select unnest(array['m', 'n', 'solid', 'dotted', 'both', 'leaves', 'left', 'of-n']);
insert into public.org_members (org_id, user_id, role, manager_id, left_at) values
    ('00000000-0000-0000-0000-0000000000a1', 'm', 'manager', null, null),
    ('00000000-0000-0000-0000-0000000000a1', 'n', 'manager', 'm', null),
    ('00000000-0000-0000-0000-0000000000a1', 'solid', 'trainee', 'm', null),
    ('00000000-0000-0000-0000-0000000000a1', 'dotted', 'trainee', 'n', null),
    ('00000000-0000-0000-0000-0000000000a1', 'both', 'trainee', 'm', null),
    ('00000000-0000-0000-0000-0000000000a1', 'leaves', 'trainee', 'm', now() + interval '1 second'),
    ('00000000-0000-0000-0000-0000000000a1', 'left', 'trainee', 'm', now()),
    ('00000000-0000-0000-0000-0000000000a1', 'of-n', 'trainee', 'n', null),
    ('00000000-0000-0000-0000-0000000000a2', 'm', 'manager', null, null),
    ('00000000-0000-0000-0000-0000000000a2', 'of-n', 'trainee', 'm', null);
insert into public.dotted_lines (org_id, user_id, manager_id) values
    ('00000000-0000-0000-0000-0000000000a1', 'dotted', 'm'), ('00000000-0000-0000-0000-0000000000a1', 'both', 'm'), ('00000000-0000-0000-0000-0000000000a1', 'left', 'n');

create function pg_temp.people(subject text, org text) returns text language sql as $$
    select string_agg(p, ' ' order by p) from freshet.scope_people_of_manager(subject, '00000000-0000-0000-0000-0000000000' || org) as p;
$$;
select is(pg_temp.people('m', 'a1'), 'both dotted leaves n solid', 'direct reports and dotted lines, each once; not those of a manager below, and nobody who has left');
select is(pg_temp.people('n', 'a1'), 'dotted of-n', 'every manager their own');
select is(pg_temp.people('m', 'a2'), 'of-n', 'the same manager in another organisation');
select is(pg_temp.people('solid', 'a1'), null, 'nobody reports to a trainee');
select is(pg_temp.people('nobody', 'a1'), null, 'nor to somebody who is unknown');
update public.org_members set left_at = now() where user_id = 'm' and org_id = '00000000-0000-0000-0000-0000000000a1';
select is(pg_temp.people('m', 'a1'), null, 'a manager who has left sees nobody');
delete from public.org_members where user_id = 'n' and org_id = '00000000-0000-0000-0000-0000000000a1';
select is((select string_agg(user_id, ' ') from public.org_members where org_id = '00000000-0000-0000-0000-0000000000a1' and user_id in ('dotted', 'of-n') and manager_id is null), 'dotted of-n', 'who loses a manager stays, without one');
select throws_ok(
    $$ update public.org_members set manager_id = 'm' where user_id = 'of-n' and org_id = '00000000-0000-0000-0000-0000000000a2';
       update public.org_members set manager_id = 'solid' where user_id = 'of-n' and org_id = '00000000-0000-0000-0000-0000000000a2' $$,
    '23503', null, 'a manager is of the same organisation'
);

select * from finish();
rollback;

begin;
select plan(11);

insert into public.orgs (id, name, created_at) values
    ('00000000-0000-0000-0000-0000000000a1', 'A', '2020-01-01 00:00+00'), ('00000000-0000-0000-0000-0000000000a2', 'B', '2020-01-02 00:00+00');
insert into public.users (id, name, email, created_at) values ('u', 'Una', 'u@example.org', '2020-02-01 00:00+00'), ('v', null, null, '2020-02-02 00:00+00');
insert into public.org_members (org_id, user_id, role, left_at) values
    ('00000000-0000-0000-0000-0000000000a1', 'u', 'manager', null),
    ('00000000-0000-0000-0000-0000000000a2', 'u', 'trainee', now() + interval '1 day'),
    ('00000000-0000-0000-0000-0000000000a2', 'v', 'trainee', now() - interval '1 day');
create function pg_temp.users() returns setof text language sql as $$
    select concat_ws(' ', right(d.org_id::text, 2), d.user_id, coalesce(d.name, '-'), coalesce(d.email, '-'), d.role, d.is_active, (d.created_at at time zone 'UTC')::date)
    from analytics.dim_users as d order by 1;
$$;
select results_eq(
    'select * from pg_temp.users()',
    array['a1 u Una u@example.org manager t 2020-02-01', 'a2 u Una u@example.org trainee t 2020-02-01', 'a2 v - - trainee f 2020-02-02'],
    'a user has a row in each organisation, with the role there; who has left is not active'
);
update public.users set name = 'Una B.' where id = 'u';
update public.org_members set role = 'admin', left_at = now() where user_id = 'u' and org_id = '00000000-0000-0000-0000-0000000000a2';
select results_eq(
    'select * from pg_temp.users()',
    array['a1 u Una B. u@example.org manager t 2020-02-01', 'a2 u Una B. u@example.org admin f 2020-02-01', 'a2 v - - trainee f 2020-02-02'],
    'a name changes in all of them, a role in one'
);
update public.org_members set user_id = 'v' where user_id = 'u' and org_id = '00000000-0000-0000-0000-0000000000a1';
delete from public.org_members where user_id = 'v' and org_id = '00000000-0000-0000-0000-0000000000a2';
select results_eq(
    'select * from pg_temp.users()',
    array['a1 v - - manager t 2020-02-02', 'a2 u Una B. u@example.org admin f 2020-02-01'],
    'a membership that passes to somebody else, or ends without a trace, leaves no row behind'
);

insert into public.scenarios (id, org_id, title, difficulty, category, created_at) values
    ('00000000-0000-0000-0000-0000000000b1', '00000000-0000-0000-0000-0000000000a1', 'S', 'easy', 'sales', '2020-03-01 00:00+00'),
    ('00000000-0000-0000-0000-0000000000b2', '00000000-0000-0000-0000-0000000000a2', 'T', null, null, '2020-03-02 00:00+00');
update public.scenarios set title = 'S!', category = 'support' where title = 'S';
delete from public.scenarios where title = 'T';
select results_eq(
    $$ select right(scenario_id::text, 2), right(org_id::text, 2), title, difficulty, category, (created_at at time zone 'UTC')::date from analytics.dim_scenarios $$,
    $$ values ('b1', 'a1', 'S!', 'easy', 'support', date '2020-03-01') $$,
    'scenarios come, change and go'
);
update public.orgs set name = 'A!' where name = 'A';
delete from public.orgs where name = 'B';
select results_eq(
    $$ select right(org_id::text, 2), name, (created_at at time zone 'UTC')::date from analytics.dim_orgs $$, $$ values ('a1', 'A!', date '2020-01-01') $$,
    'and so do organisations'
);
select results_eq('select * from pg_temp.users()', array['a1 v - - manager t 2020-02-02'], 'which take their members along');

-- Past the triggers: a membership whose end comes by itself, and rows that were written while the triggers were off.
update public.org_members set left_at = now() + interval '1 hour';
alter table public.orgs disable trigger user;
alter table public.scenarios disable trigger user;
update public.orgs set name = 'A?';
update public.scenarios set title = 'S?';
update analytics.dim_users set is_active = false;
insert into analytics.dim_orgs (org_id, name, created_at) values ('00000000-0000-0000-0000-0000000000a9', 'never was', now());
select lives_ok((select command from cron.job where jobname = 'sync-training-dimensions'), 'the nightly job runs');
select results_eq('select name from analytics.dim_orgs', array['A?'], 'and mends organisations');
select results_eq('select title from analytics.dim_scenarios', array['S?'], 'and scenarios');
select results_eq('select is_active from analytics.dim_users', array[true], 'and who is active');
update analytics.dim_users set updated_at = '2020-01-01';
select analytics.sync_training_dimensions();
select is((select updated_at from analytics.dim_users), '2020-01-01'::timestamptz, 'what is right is not written again');

select * from finish();
rollback;

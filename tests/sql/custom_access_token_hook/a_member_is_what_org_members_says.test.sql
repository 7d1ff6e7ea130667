-- Called by its owner here; as auth, through the gateway: tests/e2e/admin_claim_test.ts.
begin;
select plan(7);

insert into public.orgs (id, name) values
    ('00000000-0000-0000-0000-0000000000e1', 'North'), ('00000000-0000-0000-0000-0000000000e2', 'South');
insert into public.users (id) values
    ('00000000-0000-0000-0000-0000000000a1'), ('00000000-0000-0000-0000-0000000000a2'), ('00000000-0000-0000-0000-0000000000a3'), ('user_2x');
insert into public.org_members (org_id, user_id, role, left_at) values
    ('00000000-0000-0000-0000-0000000000e1', '00000000-0000-0000-0000-0000000000a1', 'manager', null),
    ('00000000-0000-0000-0000-0000000000e1', '00000000-0000-0000-0000-0000000000a2', 'admin', null),
    ('00000000-0000-0000-0000-0000000000e2', '00000000-0000-0000-0000-0000000000a2', 'trainee', now() + interval '1 day'),
    ('00000000-0000-0000-0000-0000000000e1', '00000000-0000-0000-0000-0000000000a3', 'admin', now() - interval '1 second'),
    ('00000000-0000-0000-0000-0000000000e1', 'user_2x', 'trainee', null);

create function pg_temp.organisation_of(user_id text) returns text language sql as $$
    select coalesce(c ->> 'org_id' || ' ' || (c ->> 'org_role'), 'none')
    from (select public.custom_access_token_hook(jsonb_build_object('user_id', user_id, 'claims', '{"org_id": "claimed"}'::jsonb)) -> 'claims') as h (c);
$$;

select is(
    pg_temp.organisation_of('00000000-0000-0000-0000-0000000000a1'), '00000000-0000-0000-0000-0000000000e1 manager',
    'a member of one organisation needs no second entry'
);
select is(pg_temp.organisation_of('00000000-0000-0000-0000-0000000000a2'), 'none', 'a member of two chooses one first');
select is(pg_temp.organisation_of('00000000-0000-0000-0000-0000000000a3'), 'none', 'a former member is no member');

insert into public.user_roles (user_id, org_id, org_role) values
    ('00000000-0000-0000-0000-0000000000a2', '00000000-0000-0000-0000-0000000000e2', 'admin'),
    ('00000000-0000-0000-0000-0000000000a3', '00000000-0000-0000-0000-0000000000e1', 'admin'),
    ('00000000-0000-0000-0000-0000000000a4', '00000000-0000-0000-0000-0000000000e9', 'owner');
select is(
    pg_temp.organisation_of('00000000-0000-0000-0000-0000000000a2'), '00000000-0000-0000-0000-0000000000e2 trainee',
    'the organisation is chosen in user_roles, and the role is that of the membership'
);
select is(pg_temp.organisation_of('00000000-0000-0000-0000-0000000000a3'), 'none', 'user_roles does not outlive a membership');
select is(
    pg_temp.organisation_of('00000000-0000-0000-0000-0000000000a4'), '00000000-0000-0000-0000-0000000000e9 owner',
    'user_roles speaks for organisations that are not in orgs'
);

select set_eq(
    $$ select a.attname::text from pg_attribute as a where a.attrelid = 'public.org_members'::regclass and a.attnum > 0
       and has_column_privilege('supabase_auth_admin', 'public.org_members', a.attname, 'select') $$,
    array['org_id', 'user_id', 'role', 'left_at'], 'auth sees what the hook needs'
);

select * from finish();
rollback;

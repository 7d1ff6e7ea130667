-- Auth refuses a sign-in for which the hook raises.
begin;
select plan(4);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000e1', 'North');
insert into public.users (id) values ('user_2x');
insert into public.org_members (org_id, user_id, role) values ('00000000-0000-0000-0000-0000000000e1', 'user_2x', 'trainee');
insert into public.user_roles (user_id, is_admin) values ('00000000-0000-0000-0000-0000000000ad', true);

create function pg_temp.claims_of(event jsonb) returns jsonb language sql as $$
    select public.custom_access_token_hook(event) -> 'claims';
$$;
select is(
    pg_temp.claims_of('{"user_id": "user_2x", "claims": {}}'),
    '{"is_admin": false, "org_id": "00000000-0000-0000-0000-0000000000e1", "org_role": "trainee"}', 'a member by a text id is a member'
);
select is(pg_temp.claims_of('{"user_id": "auth0|5f", "claims": {"is_admin": true}}'), '{"is_admin": false}', 'a stranger by a text id is nobody''s');
select is(pg_temp.claims_of('{"user_id": null, "claims": {}}'), '{"is_admin": false}', 'and so is a user without an id');
select is(pg_temp.claims_of('{"user_id": "00000000-0000-0000-0000-0000000000ad", "claims": {}}'), '{"is_admin": true}', 'an admin by a uuid stays one');

select * from finish();
rollback;

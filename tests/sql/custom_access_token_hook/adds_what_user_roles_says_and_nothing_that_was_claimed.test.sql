-- Called by its owner here; as auth, through the gateway: tests/stack/access_token_hook_test.ts and tests/e2e/admin_claim_test.ts.
begin;
select plan(8);

insert into public.user_roles (user_id, is_admin, org_id, org_role) values
    ('00000000-0000-0000-0000-0000000000ad', true, null, null),
    ('00000000-0000-0000-0000-0000000000aa', false, '00000000-0000-0000-0000-00000000000e', 'manager'),
    ('00000000-0000-0000-0000-0000000000ab', true, '00000000-0000-0000-0000-00000000000e', 'owner');

create function pg_temp.claims_of(user_id text, claims jsonb default '{"aud": "authenticated"}') returns jsonb language sql as $$
    select public.custom_access_token_hook(jsonb_build_object(
        'user_id', user_id, 'claims', claims, 'authentication_method', 'password'
    ))
$$;
select is(
    pg_temp.claims_of('00000000-0000-0000-0000-0000000000ad'),
    '{"claims": {"aud": "authenticated", "is_admin": true}}', 'an admin of no organisation'
);
select is(
    pg_temp.claims_of('00000000-0000-0000-0000-0000000000aa'),
    '{"claims": {"aud": "authenticated", "is_admin": false, "org_id": "00000000-0000-0000-0000-00000000000e", "org_role": "manager"}}',
    'a manager of an organisation'
);
select is(
    pg_temp.claims_of('00000000-0000-0000-0000-0000000000ab') -> 'claims' -> 'is_admin', 'true'::jsonb, 'an admin who is in one, too'
);
select is(
    pg_temp.claims_of('00000000-0000-0000-0000-0000000000ac'),
    '{"claims": {"aud": "authenticated", "is_admin": false}}', 'somebody without a row is no admin'
);
select is(
    pg_temp.claims_of(
        '00000000-0000-0000-0000-0000000000ac',
        '{"aud": "authenticated", "is_admin": true, "org_id": "00000000-0000-0000-0000-00000000000e", "org_role": "owner", "user_metadata": {"is_admin": true}}'
    ),
    '{"claims": {"aud": "authenticated", "is_admin": false, "user_metadata": {"is_admin": true}}}',
    'what the claims said before is taken out, wherever it came from; the rest passes'
);
select is(pg_temp.claims_of('nobody') -> 'claims', '{"aud": "authenticated", "is_admin": false}', 'a user id that is no uuid is in no row');

update public.user_roles set is_admin = false where user_id = '00000000-0000-0000-0000-0000000000ad';
delete from public.user_roles where user_id = '00000000-0000-0000-0000-0000000000aa';
select is(pg_temp.claims_of('00000000-0000-0000-0000-0000000000ad') -> 'claims' -> 'is_admin', 'false'::jsonb, 'a demoted admin is none at the next token');
select is(pg_temp.claims_of('00000000-0000-0000-0000-0000000000aa') -> 'claims' ? 'org_id', false, 'who has left is of no organisation at the next token');

select * from finish();
rollback;

-- Called by its owner here; as auth, through the gateway: tests/e2e/admin_claim_test.ts.
begin;
select plan(23);

create schema app;
create table app.memberships (user_id text primary key, org_id uuid, org_role text, is_admin boolean);
insert into app.memberships values
    ('anna', '00000000-0000-0000-0000-00000000000e', 'manager', false), ('ada', null, null, true), ('odd', null, 'owner', null);
create function app.claims_of_user(user_id text) returns jsonb language sql stable security definer set search_path = '' as $$
    select to_jsonb(m) from app.memberships as m where m.user_id = claims_of_user.user_id;
$$;
create function app.broken(user_id text) returns jsonb language plpgsql as $$ begin raise 'out of order'; end $$;
create function app.says(user_id text) returns jsonb language sql as $$ select user_id::jsonb $$;
create function app.row_of_user(user_id text, out org_id text, out is_admin boolean) language sql as $$ select user_id, true $$;
create function app.hook(event jsonb) returns jsonb language plpgsql as $$
begin
    return analytics.with_claims(jsonb_set(event, '{claims,plan}', '"pro"'), 'app.claims_of_user(text)');
end
$$;

select is(
    app.hook('{"user_id": "anna", "authentication_method": "password", "claims": {"aud": "authenticated", "org_id": "old", "is_admin": true}}'),
    '{"user_id": "anna", "authentication_method": "password", "claims": {"aud": "authenticated", "plan": "pro", "is_admin": false,
      "org_id": "00000000-0000-0000-0000-00000000000e", "org_role": "manager"}}',
    'the event comes back whole, its claims with what the function says'
);
select is(app.hook('{"user_id": "ada", "claims": {}}') -> 'claims', '{"plan": "pro", "is_admin": true}', 'an admin of no organisation');
select is(app.hook('{"user_id": "nobody", "claims": {}}') -> 'claims', '{"plan": "pro", "is_admin": false}', 'somebody without a row');
select is(app.hook('{"user_id": "odd", "claims": {}}') -> 'claims', '{"plan": "pro", "is_admin": false}', 'a role of no organisation is none');
select is(
    analytics.with_claims('{"user_id": "acme", "claims": {}}', 'app.row_of_user(text)') -> 'claims', '{"is_admin": true, "org_id": "acme"}',
    'the function may answer a row'
);

create function pg_temp.said(answer text) returns jsonb language sql as $$
    select analytics.with_claims(jsonb_build_object('user_id', answer, 'claims', '{"a": 1}'::jsonb), 'app.says(text)') -> 'claims';
$$;
select is(pg_temp.said(answer), '{"a": 1, "is_admin": false}', 'no right by an answer ' || answer)
from unnest(array['null', '7', '[]', '"x"', '{}', '{"is_admin": "true"}', '{"is_admin": 1, "org_id": 7}', '{"org_id": ""}', 'no json']) as answer;

select is(
    analytics.with_claims('{"user_id": "anna", "claims": {"is_admin": true, "a": 1}}', named) -> 'claims', '{"a": 1, "is_admin": false}',
    'who cannot be looked up signs in without rights, by ' || coalesce(named, 'null')
)
from unnest(array['app.broken(text)', 'broken (', 'app.nowhere(text)', 'app.claims_of_user', 'freshet.caller_claims()', null]) as named;

select is(
    (select count(*) from unnest(array['{}', 'null', '[]', '7', '"x"', '{"claims": null}', '{"claims": []}', '{"claims": "x", "user_id": {}}', null]::jsonb[]) as e
     where analytics.with_claims(e, 'app.claims_of_user(text)') is distinct from e),
    0::bigint, 'an event without claims comes back as it is'
);
select is(
    analytics.with_claims('{"user_id": {"a": 1}, "claims": {"is_admin": true}}', 'app.claims_of_user(text)') -> 'claims', '{"is_admin": false}',
    'a user id that is no text is nobody''s'
);
select set_eq(
    $$ select r.rolname::text from pg_roles as r
       where has_function_privilege(r.rolname, 'analytics.with_claims(jsonb, text)', 'execute') and not r.rolsuper $$,
    array['postgres', 'supabase_auth_admin'], 'auth alone may call it, its owner aside'
);

select * from finish();
rollback;

-- What the data API lets through by signature is read by the profile of its issuer, and a token that the profile refuses has no rights.
begin;
select plan(45);

create temporary table token (claims jsonb);
insert into token values ('{
    "iss": "https://clerk.example.com", "sub": "user_2abc", "azp": "https://app.example.com", "role": "authenticated",
    "o": {"id": "org_2abc", "rol": "admin"}, "is_admin": true, "org_id": "b0000000-0000-4000-8000-000000000001", "org_role": "owner"
}');
create function pg_temp.come_with(more jsonb) returns jsonb language sql as $$
    select set_config('request.jwt.claims', (t.claims || more)::text, true)::jsonb from token as t;
$$;
create function pg_temp.seen(more jsonb) returns jsonb language sql as $$
    select freshet.caller_claims() from pg_temp.come_with(more);
$$;
grant select on token to authenticated;

set local role authenticated;
select is(pg_temp.seen('{}'), (select t.claims from token as t), 'without a profile, claims count as they are');
reset role;
select freshet.use_issuers('[
    {"preset": "clerk", "issuer": "https://clerk.example.com", "allowed_azp": ["https://app.example.com"], "claims": {"is_admin": "metadata.is_admin"}},
    {"issuer": "https://other.example.com", "jwks_url": "https://other.example.com/keys", "audience": "freshet", "requires_role": true,
     "claims": {"org_id": ["https://other.example.com/org"], "org_role": "role_there"}, "roles": {"boss": "manager"}, "refuse_actor": false}
]');
set local role authenticated;

-- The uuids are those of tests/unit/adapters/supabase/issuers_test.ts, computed by Python.
select is(
    pg_temp.seen('{}'),
    '{"iss": "https://clerk.example.com", "role": "authenticated", "sub": "a5200e67-d9bb-518e-9e7b-0aa42787842b", "is_admin": false,
      "org_id": "a7b35025-3567-5482-8d76-6b18620b943d", "org_role": "admin"}',
    'a token of Clerk has ids of its own, and none of its unmapped claims'
);
select is(pg_temp.seen('{"metadata": {"is_admin": true}}') -> 'is_admin', 'true', 'the mapped is_admin counts');
select is(pg_temp.seen(m) -> 'is_admin', 'false', 'no administrator by ' || m::text)
from unnest(array['{"metadata": {"is_admin": "true"}}', '{"metadata": {"is_admin": 1}}', '{"metadata": [{"is_admin": true}]}', '{"is_admin": true}']::jsonb[]) as m;
select is(pg_temp.seen(m) ?| array['org_id', 'org_role'], false, 'no organisation by ' || m::text)
from unnest(array['{"o": null}', '{"o": "org_2abc"}', '{"o": [{"id": "org_2abc"}]}', '{"o": {"id": 7}}', '{"o": {"rol": "admin"}}']::jsonb[]) as m;
select is(pg_temp.seen(m) -> 'org_role', null, 'no role by ' || m::text)
from unnest(array['{"o": {"id": "org_2abc", "rol": "org:admin"}}', '{"o": {"id": "org_2abc", "rol": ["admin"]}}', '{"o": {"id": "org_2abc"}}']::jsonb[]) as m;
select is(pg_temp.seen('{"role": "service_role"}') -> 'role', null, 'an outside issuer does not name the service');

create temporary table refused (more jsonb);
reset role;
insert into refused values
    ('{"sts": "pending"}'), ('{"act": {"sub": "user_support"}}'), ('{"act": null}'), ('{"azp": "https://evil.example.com"}'), ('{"azp": null}'),
    ('{"azp": ["https://app.example.com"]}'), ('{"sub": null}'), ('{"sub": 7}'), ('{"sub": ""}');
grant select on refused to authenticated;
set local role authenticated;
select is(pg_temp.seen(r.more), '{}', 'refused: ' || r.more::text) from refused as r;
select throws_ok(
    format('select * from pg_temp.come_with(%L) as c, lateral analytics.health_check()', r.more), '42501', 'permission denied: admins only', 'no operator: ' || r.more::text
)
from refused as r
limit 2;
select is((select count(*) from public.agents, pg_temp.come_with('{}')), 0::bigint, 'no row, and no error, for a user whose id is text');

reset role;
create temporary table other (claims jsonb);
insert into other values ('{
    "iss": "https://other.example.com", "sub": "user_2abc", "aud": ["x", "freshet"], "role": "authenticated", "act": {"sub": "s"},
    "https://other.example.com/org": "org_2abc", "role_there": "boss"
}');
grant select on other to authenticated;
create function pg_temp.seen_there(more jsonb) returns jsonb language sql as $$
    select freshet.caller_claims() from other as o, set_config('request.jwt.claims', (o.claims || more)::text, true);
$$;
set local role authenticated;
select is(
    pg_temp.seen_there('{}'),
    '{"iss": "https://other.example.com", "role": "authenticated", "sub": "a3c8ebe3-0481-53fc-807d-eff187a1fb82", "is_admin": false,
      "org_id": "fb81a374-4dff-5721-b02c-ee791a84d821", "org_role": "manager"}',
    'the same names at another issuer are another user of another organisation'
);
select is(pg_temp.seen_there(m), '{}', 'refused there: ' || m::text)
from unnest(array['{"aud": "another"}', '{"aud": {"freshet": true}}', '{"aud": null}', '{"role": null}', '{"role": "anon"}']::jsonb[]) as m;
select is(pg_temp.seen_there('{"role_there": "manager"}') -> 'org_role', null, 'a role that is not listed is no role');
reset role;

select is((select freshet.caller_claims() from set_config('request.jwt.claims', '', true)), null, 'a direct session has no claims');
select is(
    (select array_agg(r) from unnest(array['anon', 'authenticated', 'service_role']) as r where has_table_privilege(r, 'freshet.token_issuers', 'select, insert, update, delete')
        or has_function_privilege(r, 'freshet.use_issuers(jsonb)', 'execute') or has_function_privilege(r, 'freshet.mapped_claims(jsonb)', 'execute')),
    null, 'only the owner reads and changes profiles'
);
select throws_ok($$ select freshet.use_issuers('{}') $$, '22023', null, 'profiles are a list');
select throws_ok($$ select freshet.use_issuers('[{"issuer": "https://a.example.com", "audience": "x", "subjects": "as_they_are"}, {"issuer": "https://b.example.com", "audience": "x"}]') $$, '22023', null, 'two issuers never share their subjects');
select throws_ok($$ select freshet.use_issuers('[{"issuer": "https://a.example.com"}]') $$, '22023', null, 'a profile needs audience or azp');
select throws_ok($$ select freshet.use_issuers('[{"issuer": "https://a.example.com", "audience": "x", "claims": {"is_admin": "user_metadata.is_admin"}}]') $$, '22023', null, 'no right comes from what users write');
select throws_ok($$ select freshet.use_issuers('[{"issuer": "https://a.example.com", "audience": "x"}, {"issuer": "https://a.example.com", "audience": "y"}]') $$, '22023', null, 'each issuer once');
select is((select count(*) from freshet.token_issuers), 2::bigint, 'a refused list changes nothing');
select lives_ok($$ select freshet.use_issuers('[]') $$, 'an empty list forgets all');
select is((select count(*) from freshet.token_issuers), 0::bigint, 'and they are forgotten');

select * from finish();
rollback;

-- What FRESHET_CLAIM_* is to the functions, freshet.use_claims() is to row security. tests/integration/own_claims_test.ts compares both.
begin;
select plan(24);

create function pg_temp.seen(token jsonb) returns jsonb language sql as $$
    select freshet.caller_claims() from set_config('request.jwt.claims', token::text, true);
$$;
create temporary table token (claims jsonb);
insert into token values ('{
    "iss": "https://project.example.com/auth/v1", "sub": "anna", "role": "authenticated", "org_id": "old", "org_role": "owner", "is_admin": true,
    "app_metadata": {"org_id": "acme", "rights": {"admin": true}}, "https://example.com/role": "trainee", "user_metadata": {"org_id": "mine"}
}');
grant select on token to authenticated;

set local role authenticated;
select is(pg_temp.seen(t.claims), t.claims, 'by default claims count as they are') from token as t;
reset role;

select freshet.use_claims('{"org": "app_metadata.org_id", "org_role": ["https://example.com/role"], "admin": "app_metadata.rights.admin"}');
set local role authenticated;
select is(
    pg_temp.seen(t.claims), t.claims || '{"org_id": "acme", "org_role": "trainee", "is_admin": true}',
    'they are read where the row says, and nothing else is changed'
) from token as t;
select is((select analytics.is_admin() from token as t, pg_temp.seen(t.claims)), true, 'such an admin is one');
select is(
    (select analytics.is_admin() from token as t, pg_temp.seen(t.claims || jsonb_build_object('app_metadata', m))), false, 'no admin by ' || m::text
)
from unnest(array['{}', 'null', '{"rights": {"admin": "true"}}', '{"rights": {"admin": 1}}', '{"rights": [true]}', '[{"rights": {"admin": true}}]']::jsonb[]) as m;
select is(
    pg_temp.seen('{"sub": "eve", "role": "authenticated", "org_id": "acme", "org_role": "owner", "is_admin": true}'),
    '{"sub": "eve", "role": "authenticated"}', 'claims at the old places are none'
);
select is(pg_temp.seen('{"role": "service_role"}'), '{"role": "service_role"}', 'the secret key stays what it is');
reset role;
select is((select freshet.caller_claims() from set_config('request.jwt.claims', '', true)), null, 'a direct session has no claims');

select throws_like(
    format('select freshet.use_claims(%L)', w.paths), w.said, 'refused: ' || w.paths
)
from (
    values
        ('null', 'claims must be a JSON object%'), ('[]', 'claims must be a JSON object%'), ('{"org_id": "x"}', 'claims must be a JSON object%'),
        ('{"admin": "user_metadata.admin"}', 'admin must not come from user_metadata%'), ('{"org": ["a", "user_metadata"]}', 'org must not come%'),
        ('{"admin": "is_anonymous"}', 'admin must not be is_anonymous%'), ('{"org": ""}', 'org must name claims%'), ('{"org": "a..b"}', 'org must name claims%'),
        ('{"org_role": 7}', 'org_role must name claims%'), ('{"org_role": null}', 'org_role must name claims%')
) as w (paths, said);
select results_eq(
    $$ select org_id_path[1], is_admin_path[2] from freshet.claim_paths $$, $$ values ('app_metadata', 'rights') $$, 'a refusal changes nothing'
);
select is(
    (select array_agg(r) from unnest(array['anon', 'authenticated', 'service_role', 'supabase_auth_admin']) as r
     where has_table_privilege(r, 'freshet.claim_paths', 'select, insert, update, delete') or has_function_privilege(r, 'freshet.use_claims(jsonb)', 'execute')
         or has_function_privilege(r, 'freshet.own_claims(jsonb)', 'execute')),
    null, 'the owner alone decides'
);

select * from finish();
rollback;

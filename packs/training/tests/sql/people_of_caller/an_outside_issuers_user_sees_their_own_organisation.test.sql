-- The tokens of two outside issuers with the same names, as the data API gives them to the database.
begin;
select plan(9);

select freshet.use_issuers('[
    {"preset": "clerk", "issuer": "https://clerk.example.com", "allowed_azp": ["app"]},
    {"preset": "clerk", "issuer": "https://other.example.com", "allowed_azp": ["app"]}
]');
insert into public.orgs (id, name)
select freshet.organisation_id('https://' || i || '.example.com', 'org_1'), i from unnest(array['clerk', 'other']) as i;
insert into public.users (id)
select freshet.subject_id('https://' || i || '.example.com', u)::text from unnest(array['clerk', 'other']) as i, unnest(array['user_1', 'user_2']) as u;
insert into public.org_members (org_id, user_id)
select freshet.organisation_id('https://' || i || '.example.com', 'org_1'), freshet.subject_id('https://' || i || '.example.com', u)::text
from unnest(array['clerk', 'other']) as i, unnest(array['user_1', 'user_2']) as u;
insert into public.scenario_attempts (org_id, user_id) select m.org_id, m.user_id from public.org_members as m;

create function pg_temp.come_from(issuer text, more jsonb) returns void language sql as $$
    select set_config('request.jwt.claims', (jsonb_build_object(
        'iss', 'https://' || issuer || '.example.com', 'sub', 'user_1', 'azp', 'app', 'role', 'authenticated',
        'o', jsonb_build_object('id', 'org_1', 'rol', 'trainee')
    ) || more)::text, true);
$$;
set local role authenticated;

select pg_temp.come_from('clerk', '{}');
select is((select array_agg(name) from public.orgs), array['clerk'], 'the organisation of the token''s issuer');
select is((select count(*) from public.scenario_attempts), 1::bigint, 'a trainee sees their own attempt');
select pg_temp.come_from('clerk', '{"o": {"id": "org_1", "rol": "admin"}}');
select is((select count(*) from public.scenario_attempts), 2::bigint, 'an admin sees the organisation''s');
select is((select count(distinct org_id) from public.scenario_attempts), 1::bigint, 'and no other');
select pg_temp.come_from('other', '{"o": {"id": "org_1", "rol": "admin"}}');
select is((select array_agg(name) from public.orgs), array['other'], 'the same names at another issuer are another organisation');
select pg_temp.come_from('clerk', '{"o": {"id": "org_1", "rol": "admin"}, "sts": "pending"}');
select is((select count(*) from public.scenario_attempts), 0::bigint, 'a pending session sees nothing');
select pg_temp.come_from('clerk', '{"o": {"id": "org_1", "rol": "admin"}, "act": {"sub": "x"}}');
select is((select count(*) from public.orgs), 0::bigint, 'nor does an actor');
select pg_temp.come_from('clerk', '{"o": null, "org_id": "org_1", "org_role": "admin"}');
select is((select count(*) from public.scenario_attempts), 0::bigint, 'claims at the top that the profile does not map name no organisation');
select pg_temp.come_from('unknown', '{}');
select is((select count(*) from public.scenario_attempts), 0::bigint, 'an issuer without a profile has the ids in its token, and nothing is theirs');

select * from finish();
rollback;

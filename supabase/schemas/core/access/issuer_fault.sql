-- Object: freshet.issuer_fault()
-- Why: the functions refuse a profile with a fault at their start. A database that took it would let tokens through
--      without the rule that was misspelt. The same checks in TypeScript are in shared/adapters/runtime/issuer_setting.ts;
--      tests/integration/issuer_faults_test.ts compares the two.
create function freshet.issuer_fault(profile jsonb)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when jsonb_typeof(profile) is distinct from 'object' then 'must be a JSON object'
        when profile - array[
            'preset', 'issuer', 'jwks_url', 'jwks', 'algorithms', 'audience', 'allowed_azp', 'claims', 'roles', 'organisations',
            'subjects', 'requires_role', 'refuse_actor'
        ] <> '{}' then
            'may hold only preset, issuer, jwks_url, jwks, algorithms, audience, allowed_azp, claims, roles, organisations, subjects, requires_role, refuse_actor'
        when profile -> 'preset' <> '"clerk"' then 'preset must be clerk'
        when not freshet.are_texts(jsonb_build_array(profile -> 'issuer')) or profile ->> 'issuer' !~ '^\S+$' then
            'issuer must be the exact text of the claim iss, without blanks and of 255 characters at most'
        when not (profile ? 'audience' or profile ? 'allowed_azp') then
            'needs audience or allowed_azp: without one of them, a token made for another application would be taken'
        when profile ? 'audience'
            and not (freshet.are_texts(profile -> 'audience') or freshet.are_texts(jsonb_build_array(profile -> 'audience')))
        then 'audience must be a text or a list of texts'
        when profile ? 'allowed_azp' and not freshet.are_texts(profile -> 'allowed_azp') then 'allowed_azp must be a list of texts'
        when profile ? 'claims' and jsonb_typeof(profile -> 'claims') <> 'object' then 'claims must be a JSON object'
        when coalesce(profile -> 'claims', '{}') - array['sub', 'org_id', 'org_role', 'is_admin'] <> '{}' then
            'claims may hold only sub, org_id, org_role, is_admin'
        when exists (
            select from jsonb_each(coalesce(profile -> 'claims', '{}')) as c (name, path)
            where freshet.claim_path_fault(c.path) is not null
        ) then (
            select 'claims ' || max(freshet.claim_path_fault(c.path))
            from jsonb_each(profile -> 'claims') as c (name, path)
        )
        when profile ? 'roles' and jsonb_typeof(profile -> 'roles') <> 'object' then
            'roles must be an object from the issuer''s role to ours, like {"member":"trainee"}'
        when exists (
            select
            from jsonb_each(coalesce(profile -> 'roles', '{}')) as r (theirs, ours)
            where jsonb_typeof(r.ours) <> 'string' or r.ours #>> '{}' !~ '^[a-z][a-z_]{0,39}$'
        ) then 'roles must be an object from the issuer''s role to ours, like {"member":"trainee"}'
        when not profile -> 'organisations' <@ '["uuid", "external"]' then 'organisations must be uuid or external'
        when not profile -> 'subjects' <@ '["derived", "as_they_are"]' then 'subjects must be derived or as_they_are'
        when jsonb_typeof(profile -> 'requires_role') <> 'boolean' then 'requires_role must be true or false'
        when jsonb_typeof(profile -> 'refuse_actor') <> 'boolean' then 'refuse_actor must be true or false'
    end;
$$;

revoke all on function freshet.issuer_fault(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.issuer_fault(jsonb) is
    'What is wrong with a profile of FRESHET_ISSUERS, by the name of the field and without its value; null when nothing is. Keys and algorithms are not looked at.';

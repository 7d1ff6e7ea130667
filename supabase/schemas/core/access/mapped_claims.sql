-- Object: freshet.mapped_claims()
-- Why: the claims of a token in the names and ids of this project, so that row security and functions of the database
--      know the same caller as the read function. For an outside issuer the same in TypeScript is callerOfProfile() in
--      shared/adapters/supabase/profile_claims.ts; tests/integration/mapped_claims_test.ts compares the two.
create function freshet.mapped_claims(token jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    profile freshet.token_issuers;
    subject text;
    organisation text;
    role_there text;
begin
    select * into profile from freshet.token_issuers as i where i.issuer = token ->> 'iss';
    if not found then
        return freshet.own_claims(token);
    end if;
    subject := freshet.claimed_text(token, profile.sub_path);
    if profile.subjects = 'derived' then
        subject := freshet.subject_id(profile.issuer, subject)::text;
    end if;
    -- No claims, and not null: null is a direct session, which may do more.
    if subject is null
        or token -> 'sts' = '"pending"'
        or (profile.refuse_actor and token ? 'act')
        or (profile.requires_role and token -> 'role' is distinct from '"authenticated"')
        or not freshet.names_one_of(token -> 'aud', profile.audience, true)
        or not freshet.names_one_of(token -> 'azp', profile.allowed_azp, false)
    then
        return '{}'::jsonb;
    end if;
    organisation := freshet.claimed_text(token, profile.org_id_path);
    if profile.organisations = 'external' then
        organisation := freshet.organisation_id(profile.issuer, organisation)::text;
    else
        organisation := freshet.canonical_uuid(organisation)::text;
    end if;
    role_there := freshet.claimed_text(token, profile.org_role_path);
    if profile.roles is not null then
        role_there := profile.roles ->> role_there;
    elsif role_there !~ '^[a-z][a-z_]{0,39}$' then
        role_there := null;
    end if;
    return jsonb_strip_nulls(jsonb_build_object(
        'iss', profile.issuer,
        'role', case when token -> 'role' = '"authenticated"' then 'authenticated' end,
        'sub', subject,
        'is_admin', coalesce(freshet.claim_at(token, profile.is_admin_path) = 'true', false),
        'org_id', organisation,
        'org_role', case when organisation is not null then role_there end
    ));
end
$$;

revoke all on function freshet.mapped_claims(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.mapped_claims(jsonb) is
    'A token''s claims as iss, role, sub, is_admin, org_id and org_role of this project; {} for a token that the issuer''s profile refuses; those of an issuer without a profile are the project''s own, see freshet.own_claims().';

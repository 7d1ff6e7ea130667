-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/core/access/assert_operator.sql

-- Object: freshet.assert_operator()
-- Why: the one place that decides who may operate Freshet: an admin by verified claim, the service role, or the owner
--      in a direct session.
create or replace function freshet.assert_operator()
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    claims constant jsonb := freshet.caller_claims();
    -- The role that SET ROLE chose: a security definer function changes current_user, not this setting.
    acting_role constant text := current_setting('role');
    allowed boolean;
begin
    if claims is not null then
        -- Claims need not have a role: "=" would make null of it, which is not a refusal.
        allowed := analytics.is_admin() or claims ->> 'role' is not distinct from 'service_role';
    elsif acting_role = 'none' then
        allowed := pg_has_role(session_user, current_user, 'usage');
    else
        allowed := acting_role in (current_user, 'service_role');
    end if;
    if not allowed then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'permission denied: admins only',
            hint = 'Sign in as a user whose token carries is_admin: true, or use the secret key.';
    end if;
end
$$;

-- supabase/schemas/core/access/caller_claims.sql

-- Object: freshet.caller_claims()
-- Why: the one place where the database reads who the caller is. The data API puts the claims of a verified token into
--      a setting; a direct session has none. user_metadata is never read: users can write it.
-- Why the owner's rights: users may not read freshet.token_issuers, which says how an outside issuer's claims are read.
create or replace function freshet.caller_claims()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select freshet.mapped_claims(nullif(current_setting('request.jwt.claims', true), '')::jsonb);
$$;

comment on function freshet.caller_claims() is
    'The claims of the verified token, those of an outside issuer in the names and ids of this project; null in a direct session.';

-- supabase/schemas/core/access/claim_at.sql

-- Object: freshet.claim_at()
-- Why: the operator #> also counts into lists, and a path of claims names members of objects only.
create function freshet.claim_at(token jsonb, path text[])
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    found_value jsonb := token;
    name text;
begin
    if path is null then
        return null;
    end if;
    foreach name in array path loop
        found_value := found_value -> name;
    end loop;
    return found_value;
end
$$;

revoke all on function freshet.claim_at(jsonb, text[]) from public, anon, authenticated, service_role;

comment on function freshet.claim_at(jsonb, text[]) is 'The claim at the path; null where the token does not hold it.';

-- supabase/schemas/core/access/claimed_text.sql

-- Object: freshet.claimed_text()
-- Why: an id in a token is a text of 1 to 255 characters; anything else there is no id, and no error.
create function freshet.claimed_text(token jsonb, path text[])
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select c.value #>> '{}'
    from freshet.claim_at(token, path) as c (value)
    where jsonb_typeof(c.value) = 'string' and char_length(c.value #>> '{}') between 1 and 255;
$$;

revoke all on function freshet.claimed_text(jsonb, text[]) from public, anon, authenticated, service_role;

comment on function freshet.claimed_text(jsonb, text[]) is 'The claim at the path if it can be an id or a role, else null.';

-- supabase/schemas/core/access/mapped_claims.sql

-- Object: freshet.mapped_claims()
-- Why: the claims of an outside issuer, in the names and ids of this project, so that row security and functions of the
--      database know the same caller as the read function. The same in TypeScript is callerOfProfile() in
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
        return token;
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
    'A token''s claims as iss, role, sub, is_admin, org_id and org_role of this project; {} for a token that the issuer''s profile refuses; unchanged for an issuer without a profile.';

-- supabase/schemas/core/access/names_one_of.sql

-- Object: freshet.names_one_of()
-- Why: aud may be a text or a list (RFC 7519, 4.1.3), azp only a text; see freshet.mapped_claims().
create function freshet.names_one_of(claim jsonb, allowed text[], may_be_list boolean)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select allowed is null or coalesce(
        case
            when jsonb_typeof(claim) = 'string' or (may_be_list and jsonb_typeof(claim) = 'array') then claim ?| allowed
        end,
        false
    );
$$;

revoke all on function freshet.names_one_of(jsonb, text[], boolean) from public, anon, authenticated, service_role;

comment on function freshet.names_one_of(jsonb, text[], boolean) is
    'Whether the claim names one of the allowed texts; true where any is allowed (null).';

-- supabase/schemas/core/access/subject_id.sql

-- Object: freshet.subject_id()
-- Why: two issuers may give two people the same subject. The uuid is derived from both, so that a token needs no lookup
--      and the same subject of two issuers is two users. The same function in TypeScript is subjectId() in
--      shared/adapters/supabase/subject_id.ts.
create function freshet.subject_id(issuer text, subject text)
returns uuid
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- RFC 4122, 4.3: SHA-1 of namespace and name, its first 16 bytes with version (5) and variant (binary 10) set.
    -- The namespace is the uuid v5 of https://freshet.dev/subjects in the namespace of URLs.
    with hashed as (
        select extensions.digest(
            decode('772a3f3fb3035a6da21c4c55f9f00e81', 'hex') || convert_to(issuer || E'\n' || subject, 'UTF8'),
            'sha1'
        ) as bytes
        where issuer <> '' and subject <> '' and position(E'\n' in issuer) = 0
    )
    select encode(
        set_byte(
            set_byte(substring(bytes from 1 for 16), 6, (get_byte(bytes, 6) & 15) | 80),
            8, (get_byte(bytes, 8) & 63) | 128
        ),
        'hex'
    )::uuid
    from hashed;
$$;

revoke all on function freshet.subject_id(text, text) from public, anon, authenticated;

grant execute on function freshet.subject_id(text, text) to service_role;

comment on function freshet.subject_id(text, text) is
    'The uuid v5 (RFC 4122) of a user of an outside issuer; null when a part is missing or empty, or the issuer holds a line break.';

-- supabase/schemas/core/access/texts_of.sql

-- Object: freshet.texts_of()
-- Why: a setting may be a text or a list of texts; see freshet.use_issuers().
create function freshet.texts_of(setting jsonb, separator text)
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case jsonb_typeof(setting)
        when 'string' then
            case when separator is null then array[setting #>> '{}'] else string_to_array(setting #>> '{}', separator) end
        when 'array' then array(select jsonb_array_elements_text(setting))
    end;
$$;

revoke all on function freshet.texts_of(jsonb, text) from public, anon, authenticated, service_role;

comment on function freshet.texts_of(jsonb, text) is
    'A JSON list of texts, or a text cut at the separator (null: not cut); null for anything else.';

-- supabase/schemas/core/access/token_issuers.sql

-- Object: freshet.token_issuers
-- Grain: one row per issuer of user tokens beside the project's own
-- Why: a token of an outside issuer that goes to the data API reaches the database with that issuer's claims. This table
--      says how freshet.caller_claims() reads them. freshet.use_issuers() fills it from the text of FRESHET_ISSUERS.
create table freshet.token_issuers (
    issuer text primary key check (issuer ~ '^\S{1,255}$'),
    audience text[] check (audience <> '{}'),
    allowed_azp text[] check (allowed_azp <> '{}'),
    sub_path text[] not null check (sub_path <> '{}'),
    org_id_path text[] check (org_id_path <> '{}'),
    org_role_path text[] check (org_role_path <> '{}'),
    is_admin_path text[] check (is_admin_path <> '{}'),
    roles jsonb check (jsonb_typeof(roles) = 'object'),
    organisations text not null check (organisations in ('uuid', 'external')),
    subjects text not null check (subjects in ('derived', 'as_they_are')),
    requires_role boolean not null,
    refuse_actor boolean not null,
    constraint token_issuers_audience_or_azp_check check (audience is not null or allowed_azp is not null),
    constraint token_issuers_not_written_by_users_check check (
        not (sub_path || org_id_path || org_role_path || is_admin_path)
        && array['user_metadata', 'unsafe_metadata', 'unsafeMetadata']
    )
);

alter table freshet.token_issuers enable row level security;

revoke all on table freshet.token_issuers from public, anon, authenticated, service_role;

comment on table freshet.token_issuers is
    'Issuers of user tokens beside the project''s own, as in FRESHET_ISSUERS. Written by freshet.use_issuers().';

comment on column freshet.token_issuers.audience is 'The token must be for one of these (claim aud); null: for any.';

comment on column freshet.token_issuers.allowed_azp is 'The token must be made for one of these (claim azp); null: for any.';

comment on column freshet.token_issuers.sub_path is 'Where the user''s id is in the token, name by name.';

comment on column freshet.token_issuers.org_id_path is 'Where the organisation''s id is; null: such a token names none.';

comment on column freshet.token_issuers.org_role_path is 'Where the role in the organisation is; null: such a token names none.';

comment on column freshet.token_issuers.is_admin_path is 'Where true makes an administrator; null: no such token makes one.';

comment on column freshet.token_issuers.roles is 'The issuer''s roles to ours, and no others; null: roles count as they are.';

comment on column freshet.token_issuers.organisations is
    'external: the id is derived by freshet.organisation_id(); uuid: the token names organisations of this project.';

comment on column freshet.token_issuers.subjects is
    'derived: the user''s id is made by freshet.subject_id(); as_they_are: only where this is the one issuer.';

comment on column freshet.token_issuers.requires_role is 'Whether the token must carry role: authenticated.';

comment on column freshet.token_issuers.refuse_actor is 'Whether a token with an actor (claim act) is refused.';

-- supabase/schemas/core/access/use_issuers.sql

-- Object: freshet.use_issuers()
-- Why: the functions read the profiles of outside issuers from FRESHET_ISSUERS, and the database cannot. The owner gives
--      it the same text here, so that there is one notation.
create function freshet.use_issuers(profiles jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if jsonb_typeof(profiles) is distinct from 'array' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('issuers are a JSON array of profiles, and this is %s', coalesce(jsonb_typeof(profiles), 'null')),
            hint = 'Pass the text of FRESHET_ISSUERS; [] forgets all issuers.';
    end if;
    if jsonb_array_length(profiles) > 1 and jsonb_path_exists(profiles, '$[*] ? (@.subjects == "as_they_are")') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'subjects as_they_are is for the one issuer of a project, because the same subject of two would be one person',
            hint = 'Leave out subjects, or name one profile.';
    end if;
    delete from freshet.token_issuers where true;
    insert into freshet.token_issuers (
        issuer, audience, allowed_azp, sub_path, org_id_path, org_role_path, is_admin_path, roles, organisations, subjects,
        requires_role, refuse_actor
    )
    select
        p.profile ->> 'issuer',
        freshet.texts_of(p.profile -> 'audience', null),
        freshet.texts_of(p.profile -> 'allowed_azp', null),
        coalesce(freshet.texts_of(p.profile #> '{claims,sub}', '.'), array['sub']),
        coalesce(freshet.texts_of(p.profile #> '{claims,org_id}', '.'), case when p.is_clerk then array['o', 'id'] end),
        coalesce(freshet.texts_of(p.profile #> '{claims,org_role}', '.'), case when p.is_clerk then array['o', 'rol'] end),
        freshet.texts_of(p.profile #> '{claims,is_admin}', '.'),
        p.profile -> 'roles',
        coalesce(p.profile ->> 'organisations', 'external'),
        coalesce(p.profile ->> 'subjects', 'derived'),
        coalesce((p.profile ->> 'requires_role')::boolean, false),
        coalesce((p.profile ->> 'refuse_actor')::boolean, true)
    from (
        select e.profile, coalesce(e.profile ->> 'preset' = 'clerk', false) as is_clerk
        from jsonb_array_elements(profiles) as e (profile)
    ) as p;
end
$$;

revoke all on function freshet.use_issuers(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.use_issuers(jsonb) is
    'Replaces freshet.token_issuers by the profiles, in the notation of FRESHET_ISSUERS; [] forgets all. Keys and algorithms are ignored: the platform verifies what reaches the data API.';

reset check_function_bodies;

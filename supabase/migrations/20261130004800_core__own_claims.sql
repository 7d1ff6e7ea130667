-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/core/schemas.sql

-- For analytics.with_claims() in a custom access token hook.
grant usage on schema analytics to supabase_auth_admin;

-- supabase/schemas/core/access/claim_path_fault.sql

-- Object: freshet.claim_path_fault()
-- Why: where a claim is has one notation, in profiles of issuers and in the settings of the project's own tokens; the
--      functions refuse the same at their start (shared/adapters/runtime/claim_path.ts).
create function freshet.claim_path_fault(path jsonb)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when not freshet.are_texts(to_jsonb(freshet.texts_of(path, '.')))
            or cardinality(freshet.texts_of(path, '.')) > case jsonb_typeof(path) when 'array' then 5 else 255 end
            or (jsonb_typeof(path) = 'array' and not freshet.are_texts(path))
            or char_length(path #>> '{}') > 255 and jsonb_typeof(path) = 'string'
        then 'must name claims like "o.id" or ["https://example.com/org"]'
        when freshet.texts_of(path, '.') && array['user_metadata', 'unsafe_metadata', 'unsafeMetadata'] then
            'must not come from user_metadata or unsafe_metadata, which users write themselves'
    end;
$$;

revoke all on function freshet.claim_path_fault(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.claim_path_fault(jsonb) is
    'What is wrong with the place of a claim, "a.b" or a list of names, without its value; null when nothing is.';

-- supabase/schemas/core/access/claim_paths.sql

-- Object: freshet.claim_paths
-- Grain: one row
-- Why: a project whose own hook writes other claims than org_id, org_role and is_admin tells where they are, and the
--      functions know it by FRESHET_CLAIM_ORG, FRESHET_CLAIM_ORG_ROLE and FRESHET_CLAIM_ADMIN. Calls that reach the
--      database without the functions are read by this row. freshet.use_claims() writes it; the audit notes here what the
--      functions have, so that a difference is reported (kind claims_differ).
create table freshet.claim_paths (
    is_the_one boolean primary key default true check (is_the_one),
    org_id_path text[] not null default array['org_id'] check (org_id_path <> '{}'),
    org_role_path text[] not null default array['org_role'] check (org_role_path <> '{}'),
    is_admin_path text[] not null default array['is_admin'] check (is_admin_path <> '{}' and is_admin_path <> array['is_anonymous']),
    of_functions jsonb,
    noted_at timestamptz,
    differing_count integer not null default 0 check (differing_count >= 0),
    constraint claim_paths_not_written_by_users_check check (
        not (org_id_path || org_role_path || is_admin_path) && array['user_metadata', 'unsafe_metadata', 'unsafeMetadata']
    )
);

alter table freshet.claim_paths enable row level security;

revoke all on table freshet.claim_paths from public, anon, authenticated, service_role;

insert into freshet.claim_paths default values;

comment on table freshet.claim_paths is
    'Where the claims of the project''s own tokens are. Written by freshet.use_claims() and analytics.note_claim_paths().';

comment on column freshet.claim_paths.org_id_path is 'Where the organisation''s id is in the token, name by name.';

comment on column freshet.claim_paths.org_role_path is 'Where the role in the organisation is.';

comment on column freshet.claim_paths.is_admin_path is 'Where exactly true makes an administrator.';

comment on column freshet.claim_paths.of_functions is
    'What the functions had at the last audit, as {"org": […], "org_role": […], "admin": […]}; null: no audit has told.';

comment on column freshet.claim_paths.noted_at is 'When an audit last told. Older than 15 minutes: no audit runs, or its settings are invalid.';

comment on column freshet.claim_paths.differing_count is 'Audits in a row in which the functions had other paths than this row.';

-- supabase/schemas/core/access/issuer_fault.sql

-- Object: freshet.issuer_fault()
-- Why: the functions refuse a profile with a fault at their start. A database that took it would let tokens through
--      without the rule that was misspelt. The same checks in TypeScript are in shared/adapters/runtime/issuer_setting.ts;
--      tests/integration/issuer_faults_test.ts compares the two.
create or replace function freshet.issuer_fault(profile jsonb)
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

-- supabase/schemas/core/access/mapped_claims.sql

-- Object: freshet.mapped_claims()
-- Why: the claims of a token in the names and ids of this project, so that row security and functions of the database
--      know the same caller as the read function. For an outside issuer the same in TypeScript is callerOfProfile() in
--      shared/adapters/supabase/profile_claims.ts; tests/integration/mapped_claims_test.ts compares the two.
create or replace function freshet.mapped_claims(token jsonb)
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

comment on function freshet.mapped_claims(jsonb) is
    'A token''s claims as iss, role, sub, is_admin, org_id and org_role of this project; {} for a token that the issuer''s profile refuses; those of an issuer without a profile are the project''s own, see freshet.own_claims().';

-- supabase/schemas/core/access/note_claim_paths.sql

-- Object: analytics.note_claim_paths()
-- Why: only the functions know their settings. The one that audits tells them at each audit.
create function analytics.note_claim_paths(paths jsonb)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    insert into freshet.claim_paths as c (of_functions, noted_at)
    values (paths, clock_timestamp())
    on conflict (is_the_one) do update
    set of_functions = excluded.of_functions,
        noted_at = excluded.noted_at,
        differing_count = case
            when excluded.of_functions = jsonb_build_object('org', c.org_id_path, 'org_role', c.org_role_path, 'admin', c.is_admin_path) then 0
            else c.differing_count + 1
        end;
$$;

revoke all on function analytics.note_claim_paths(jsonb) from public, anon, authenticated;

grant execute on function analytics.note_claim_paths(jsonb) to service_role;

comment on function analytics.note_claim_paths(jsonb) is
    'Keeps where the functions look for claims, as {"org": […], "org_role": […], "admin": […]}, to compare it with freshet.claim_paths. Service role only.';

-- supabase/schemas/core/access/own_claims.sql

-- Object: freshet.own_claims()
-- Why: the claims of the project's own tokens, wherever its hook writes them, in the names of this project. The same in
--      TypeScript is callerOf() in shared/adapters/supabase/token_claims.ts; tests/integration/own_claims_test.ts compares
--      the two.
create function freshet.own_claims(token jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (
            select (token - array['org_id', 'org_role', 'is_admin']) || jsonb_strip_nulls(jsonb_build_object(
                'org_id', freshet.claimed_text(token, p.org_id_path),
                'org_role', freshet.claimed_text(token, p.org_role_path),
                'is_admin', case when freshet.claim_at(token, p.is_admin_path) = 'true' then true end
            ))
            from freshet.claim_paths as p
            where jsonb_typeof(token) = 'object'
                and (p.org_id_path, p.org_role_path, p.is_admin_path) <> (array['org_id'], array['org_role'], array['is_admin'])
        ),
        token
    );
$$;

revoke all on function freshet.own_claims(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.own_claims(jsonb) is
    'The claims with org_id, org_role and is_admin from where freshet.claim_paths says they are; unchanged by default.';

-- supabase/schemas/core/access/use_claims.sql

-- Object: freshet.use_claims()
-- Why: the functions read where claims are from their settings, and the database cannot. The owner gives it the same here.
create function freshet.use_claims(paths jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    fault text;
begin
    select case
        when jsonb_typeof(paths) is distinct from 'object' or paths - array['org', 'org_role', 'admin'] <> '{}' then
            'claims must be a JSON object with org, org_role and admin, and nothing else'
        else (
            select min(p.name || ' ' || coalesce(
                freshet.claim_path_fault(p.path),
                case
                    when p.name = 'admin' and freshet.texts_of(p.path, '.') = array['is_anonymous'] then
                        'must not be is_anonymous, which is true for whoever signs in without an account'
                end
            ))
            from jsonb_each(paths) as p (name, path)
        )
    end
    into fault;
    if fault is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = fault,
            hint = 'Nothing was changed. Write like {"org": "app_metadata.org_id"}; what is left out is at its own name, and {} is the default.';
    end if;
    insert into freshet.claim_paths as c (org_id_path, org_role_path, is_admin_path)
    values (
        coalesce(freshet.texts_of(paths -> 'org', '.'), array['org_id']),
        coalesce(freshet.texts_of(paths -> 'org_role', '.'), array['org_role']),
        coalesce(freshet.texts_of(paths -> 'admin', '.'), array['is_admin'])
    )
    on conflict (is_the_one) do update
    set org_id_path = excluded.org_id_path,
        org_role_path = excluded.org_role_path,
        is_admin_path = excluded.is_admin_path,
        differing_count = 0;
end
$$;

revoke all on function freshet.use_claims(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.use_claims(jsonb) is
    'Says where org, org_role and admin are in the project''s own tokens, as FRESHET_CLAIM_ORG, FRESHET_CLAIM_ORG_ROLE and FRESHET_CLAIM_ADMIN say it to the functions; {} is the default. Raises 22023 for a fault, and then changes nothing.';

-- supabase/schemas/core/access/with_claims.sql

-- Object: analytics.with_claims()
-- Why: a project has one custom access token hook, and it may have its own. That hook ends with
--      return analytics.with_claims(event), and keeps what it does besides. It runs with the rights of auth, as its caller.
-- Why it raises nothing: auth refuses the sign-in of every user for whom a hook raises. Claims that cannot be had make a
--      user with fewer rights, and a warning in the log of the database.
create function analytics.with_claims(event jsonb, claims_of text default 'analytics.claims_of_user_roles(text)')
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    caller_id constant text := case when jsonb_typeof(event -> 'user_id') = 'string' then event ->> 'user_id' end;
    own_names constant text[] := array['is_admin', 'org_id', 'org_role'];
    source_name text;
    found_claims jsonb := '{}'::jsonb;
begin
    if jsonb_typeof(event -> 'claims') is distinct from 'object' then
        return event;
    end if;
    begin
        select format('%I.%I', n.nspname, p.proname)
        into source_name
        from pg_proc as p
        inner join pg_namespace as n on n.oid = p.pronamespace
        where p.oid = to_regprocedure(claims_of);
        if source_name is null then
            raise warning 'the claims of a user come from %, which is no function: the token says nothing about organisation and rights', claims_of;
        elsif caller_id is not null then
            execute format('select to_jsonb(%s($1))', source_name) into found_claims using caller_id;
        end if;
    exception
        when others then
            raise warning 'the claims of a user could not be read by %: %', claims_of, sqlstate;
    end;

    -- The old claims are removed first: only that function makes a user an admin or a member.
    return event || jsonb_build_object(
        'claims',
        ((event -> 'claims') - own_names)
            || jsonb_build_object('is_admin', coalesce(found_claims -> 'is_admin' = 'true', false))
            || case
                when jsonb_typeof(found_claims -> 'org_id') = 'string' and char_length(found_claims ->> 'org_id') between 1 and 255
                    then jsonb_build_object('org_id', found_claims -> 'org_id')
                        || case
                            when jsonb_typeof(found_claims -> 'org_role') = 'string' and char_length(found_claims ->> 'org_role') between 1 and 255
                                then jsonb_build_object('org_role', found_claims -> 'org_role')
                            else '{}'
                        end
                else '{}'
            end
    );
end
$$;

revoke all on function analytics.with_claims(jsonb, text) from public, anon, authenticated, service_role;

grant execute on function analytics.with_claims(jsonb, text) to supabase_auth_admin;

comment on function analytics.with_claims(jsonb, text) is
    'For a custom access token hook: the event with is_admin, org_id and org_role in its claims, from the named function of a user''s id (text), which answers a JSON object of these. Other claims are left alone. An event without claims is returned as it is. Raises nothing; what cannot be read is no right, and a warning.';

reset check_function_bodies;

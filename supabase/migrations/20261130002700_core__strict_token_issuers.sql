-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/core/access/are_texts.sql

-- Object: freshet.are_texts()
-- Why: a rule of a profile that is of another type must be refused, and not be taken as absent; see freshet.issuer_fault().
create function freshet.are_texts(setting jsonb)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        jsonb_typeof(setting) = 'array'
        and setting <> '[]'
        and not jsonb_path_exists(setting, 'strict $[*] ? (@.type() <> "string" || @ == "" || !(@ like_regex "^.{1,255}$" flag "s"))'),
        false
    );
$$;

revoke all on function freshet.are_texts(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.are_texts(jsonb) is
    'Whether it is a JSON list of one or more texts of 1 to 255 characters each.';

-- supabase/schemas/core/access/issuer_fault.sql

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
            select
            from jsonb_each(coalesce(profile -> 'claims', '{}')) as c (name, path)
            where not freshet.are_texts(to_jsonb(freshet.texts_of(c.path, '.')))
                or cardinality(freshet.texts_of(c.path, '.')) > case jsonb_typeof(c.path) when 'array' then 5 else 255 end
                or (jsonb_typeof(c.path) = 'array' and not freshet.are_texts(c.path))
        ) then 'claims must name claims like "o.id" or ["https://example.com/org"]'
        when exists (
            select
            from jsonb_each(coalesce(profile -> 'claims', '{}')) as c (name, path)
            where freshet.texts_of(c.path, '.') && array['user_metadata', 'unsafe_metadata', 'unsafeMetadata']
        ) then 'claims must not come from user_metadata or unsafe_metadata, which users write themselves'
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

-- supabase/schemas/core/access/use_issuers.sql

-- Object: freshet.use_issuers()
-- Why: the functions read the profiles of outside issuers from FRESHET_ISSUERS, and the database cannot. The owner gives
--      it the same text here, so that there is one notation.
create or replace function freshet.use_issuers(profiles jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    fault text;
begin
    if jsonb_typeof(profiles) is distinct from 'array' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('issuers are a JSON array of profiles, and this is %s', coalesce(jsonb_typeof(profiles), 'null')),
            hint = 'Pass the text of FRESHET_ISSUERS; [] forgets all issuers.';
    end if;
    select case
        when jsonb_array_length(profiles) > 20 then 'issuers must be 20 profiles at most'
        when count(*) > count(distinct e.profile -> 'issuer') then 'issuers must each be named once'
        else min(format('(profile %s) %s', e.number, freshet.issuer_fault(e.profile)))
            filter (where freshet.issuer_fault(e.profile) is not null)
    end
    into fault
    from jsonb_array_elements(profiles) with ordinality as e (profile, number);
    if fault is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = fault,
            hint = 'Nothing was changed. The fields are in docs/auth-and-tenancy.md; the functions refuse the same text.';
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

comment on function freshet.use_issuers(jsonb) is
    'Replaces freshet.token_issuers by the profiles, in the notation of FRESHET_ISSUERS; [] forgets all. Raises 22023 for a profile with a fault, and then changes nothing. Keys and algorithms are ignored: the platform verifies what reaches the data API.';

reset check_function_bodies;

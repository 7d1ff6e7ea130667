-- Object: freshet.use_issuers()
-- Why: the functions read the profiles of outside issuers from FRESHET_ISSUERS, and the database cannot. The owner gives
--      it the same text here, so that there is one notation.
create function freshet.use_issuers(profiles jsonb)
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

revoke all on function freshet.use_issuers(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.use_issuers(jsonb) is
    'Replaces freshet.token_issuers by the profiles, in the notation of FRESHET_ISSUERS; [] forgets all. Raises 22023 for a profile with a fault, and then changes nothing. Keys and algorithms are ignored: the platform verifies what reaches the data API.';

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

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

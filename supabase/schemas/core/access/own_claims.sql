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

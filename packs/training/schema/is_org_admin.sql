-- Object: freshet.is_org_admin()
-- Why: the refresh button is on an organisation's page, so its admin may press it; see
--      public.refresh_reporting_views().
create function freshet.is_org_admin()
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    claims constant jsonb := freshet.caller_claims();
begin
    -- The current membership: a token outlives it.
    return coalesce(claims ->> 'role' = 'authenticated' and claims ->> 'org_role' = 'admin', false)
        and exists (
            select
            from public.org_members as m
            where m.org_id::text = claims ->> 'org_id'
                and m.user_id = claims ->> 'sub'
                and m.role = 'admin'
                and (m.left_at is null or m.left_at > now())
        );
end
$$;

revoke all on function freshet.is_org_admin() from public, anon, authenticated;

comment on function freshet.is_org_admin() is
    'Whether the verified token belongs to a current admin of its organisation. For security definer functions only: it reads memberships.';

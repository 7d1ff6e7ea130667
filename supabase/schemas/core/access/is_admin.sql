-- Object: analytics.is_admin()
-- Why: who may operate Freshet is decided in one place: an admin by verified claim, the service role, or the owner
--      in a direct session. user_metadata is never read: users can write it.
create function analytics.is_admin()
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(freshet.caller_claims() -> 'is_admin' = 'true'::jsonb, false);
$$;

revoke all on function analytics.is_admin() from public, anon, authenticated;

grant execute on function analytics.is_admin() to authenticated, service_role;

comment on function analytics.is_admin() is
    'True when the verified token carries is_admin: true, as the custom access token hook puts it.';

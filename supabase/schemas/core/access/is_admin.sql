-- Object: analytics.is_admin()
-- Why: an admin is known by a verified claim. user_metadata is never read: users can write it.
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
    'True when the verified token carries is_admin: true, which the custom access token hook adds.';

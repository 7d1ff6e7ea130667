-- Object: public.custom_access_token_hook()
-- Why: the hook of a project that has none of its own. What it adds is analytics.with_claims(), for every hook.
create function public.custom_access_token_hook(event jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object('claims', analytics.with_claims(event) -> 'claims');
$$;

revoke all on function public.custom_access_token_hook(jsonb) from public, anon, authenticated, service_role;

grant execute on function public.custom_access_token_hook(jsonb) to supabase_auth_admin;

comment on function public.custom_access_token_hook(jsonb) is
    'Auth calls it before it signs a token, at sign-up, sign-in and refresh: adds is_admin always, org_id and org_role for a member of one organisation, or of the one that user_roles names.';

-- The hook of this project: it knows nothing of Freshet's claims.
create function public.custom_access_token_hook(event jsonb)
returns jsonb
language sql
stable
as $$
    select jsonb_build_object('claims', event -> 'claims' || '{"plan": "pro"}');
$$;

grant execute on function public.custom_access_token_hook(jsonb) to supabase_auth_admin;
revoke execute on function public.custom_access_token_hook(jsonb) from authenticated, anon, public;

create extension if not exists pg_cron with schema pg_catalog;

select cron.schedule('cancel-unpaid-orders', '15 3 * * *', $$
    update public.orders set status = 'cancelled' where status = 'placed' and placed_at < now() - interval '30 days'
$$);

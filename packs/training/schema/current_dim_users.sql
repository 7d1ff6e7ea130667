create view private.current_dim_users with (security_invoker = on) as
select
    m.org_id,
    m.user_id,
    u.name,
    u.email,
    m.role,
    m.left_at is null or m.left_at > now() as is_active,
    u.created_at
from public.org_members as m
join public.users as u on u.id = m.user_id;

revoke all on table private.current_dim_users from public, anon, authenticated;

comment on view private.current_dim_users is 'What analytics.dim_users ought to hold. Grain: one row per member of an organisation.';
